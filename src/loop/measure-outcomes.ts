import type { DataSource, EntityManager } from 'typeorm';

import type { KnownFailure } from '../core/outcomes/failure-id.js';
import { failureIdOf } from '../core/outcomes/failure-id.js';
import type { MeasuredOutcome } from '../core/outcomes/measured-outcome.js';
import type { Outcome } from '../core/outcomes/outcome.js';
import { relativeLossOf } from '../core/scoring/loss-if-failure.js';
import { HOUR, type Instant } from '../core/telemetry/time.js';
import type { DueOutcome } from '../storage/episode.store.js';
import { dueOutcomes, markMeasured, stagesOfEpisode } from '../storage/episode.store.js';
import type { StoredJourney } from '../storage/journey.store.js';
import { journeyVersions, reigning } from '../storage/journey.store.js';
import { failuresOfStage } from '../storage/outcome.store.js';
import type { Baselines, StageOfJourney } from './baselines.js';
import { recordOutcome } from './record-outcome.js';
import { measureStage } from './stage-outcome.js';
import { stageTraffic } from './stage-traffic.js';

/** Outcomes measured in one transaction. */
const BATCH = 50;

function stageOf(versions: readonly StoredJourney[], due: DueOutcome): StageOfJourney | null {
  const stored = versions.find(
    (one) => one.journey.key === due.journey && one.version === due.version,
  );
  const stageIndex = stored?.journey.stages.findIndex(({ key }) => key === due.stage) ?? -1;
  if (stored === undefined || stageIndex === -1) return null;
  return { journey: stored.journey, stageIndex, segment: due.segment };
}

/** A mitigation counts where it cut the window short: what would have come after is not known. */
function mitigationOf({ mitigatedAt, startedAt, horizon }: DueOutcome): { mitigation?: string } {
  if (mitigatedAt === null || mitigatedAt >= startedAt + horizon) return {};
  return { mitigation: `mitigated at ${new Date(mitigatedAt).toISOString()}` };
}

function knownFailure(outcome: Outcome): KnownFailure[] {
  const { failureId, journey, stage, startedAt, endedAt } = outcome;
  if (failureId === undefined || startedAt === undefined || endedAt === undefined) return [];
  return [{ failureId, journey, stage, startedAt, endedAt }];
}

const UNDECIDED: Pick<Outcome, 'failure'> = { failure: null };

async function outcomeOf(
  sql: EntityManager,
  due: DueOutcome,
  measured: MeasuredOutcome | null,
): Promise<Outcome> {
  const { journey, stage, dueAt } = due;
  const base = {
    id: `measured/${due.episodeId}/${journey}/${stage}`,
    anomalyId: due.episodeId,
    journey,
    stage,
    segment: due.segment ?? undefined,
    verdict: 'unknown',
    source: 'measured',
    ...mitigationOf(due),
  } as const;
  if (measured === null) return { ...base, ...UNDECIDED };
  const { failure, failureProbability, conversionsLost, interval, failureWindow } = measured;
  // Too thin or unknown: there is no probability to speak of.
  if (measured.reason === 'too-thin' || measured.reason === 'no-data')
    return { ...base, ...UNDECIDED };
  const told = { ...base, failure, failureProbability, conversionsLost, interval };
  if (failureWindow === null) return told;
  const { startedAt, endedAt } = failureWindow;
  if (failure !== true) return { ...told, startedAt, endedAt };
  const range = { from: startedAt, to: endedAt, knownBy: dueAt };
  const known = (await failuresOfStage(sql, { journey, stage }, range)).flatMap(knownFailure);
  const failureId = failureIdOf({ journey, stage, startedAt, endedAt }, known);
  return { ...told, startedAt, endedAt, failureId };
}

async function measureOne(
  sql: EntityManager,
  baselines: Baselines,
  versions: readonly StoredJourney[],
  due: DueOutcome,
): Promise<void> {
  const stage = stageOf(versions, due);
  if (stage === null) return;
  const touched = await stagesOfEpisode(sql, due.episodeId);
  const ground = { sql, baselines, journeys: reigning(versions, due.startedAt), touched };
  const measured = await measureStage(ground, stage, due);
  const traffic = await stageTraffic(sql, baselines, stage, due.startedAt);
  const expected = (traffic.expectedConversionsPerHour ?? 0) * (due.horizon / HOUR);
  const lost = measured?.conversionsLost ?? 0;
  const outcome = await outcomeOf(sql, due, measured);
  const relativeLoss = relativeLossOf(lost, expected);
  await recordOutcome(sql, outcome, due.dueAt, { relativeLoss });
}

/**
 * Measures every outcome that was due by a moment, the oldest first, each on what was known when it
 * became due.
 *
 * @returns how many were measured.
 */
export async function measureDueOutcomes(
  source: DataSource,
  baselines: Baselines,
  until: Instant,
): Promise<number> {
  let measured = 0;
  for (;;) {
    const done = await source.transaction(async (sql) => {
      const due = await dueOutcomes(sql, until, BATCH);
      if (due.length === 0) return 0;
      const versions = await journeyVersions(sql);
      for (const one of due) await measureOne(sql, baselines, versions, one);
      await markMeasured(sql, due);
      return due.length;
    });
    measured += done;
    if (done < BATCH) return measured;
  }
}
