import type { Control } from '../core/outcomes/window-totals.js';
import { LONGEST_FAILURE } from '../core/outcomes/failure-pieces.js';
import type { MeasuredOutcome } from '../core/outcomes/measured-outcome.js';
import { measureOutcome } from '../core/outcomes/measured-outcome.js';
import type { StageSeries } from '../core/outcomes/stage-series.js';
import { seededRandom } from '../core/statistics/random.js';
import { HOUR } from '../core/telemetry/time.js';
import { contentKey } from '../storage/content-key.js';
import type { DueOutcome } from '../storage/episode.store.js';
import type { StoredJourney } from '../storage/journey.store.js';
import type { Sql } from '../storage/sql.js';
import { stageSeries } from '../storage/stage-series.store.js';
import type { Baselines, StageOfJourney } from './baselines.js';
import { withConversions } from './with-conversions.js';

/** What a measurement reads. */
export interface MeasuringGround {
  readonly sql: Sql;
  readonly baselines: Baselines;
  readonly journeys: readonly StoredJourney[];
  /** The stages (`journey/stage`) that the episode is mapped to: they cannot be its control. */
  readonly touched: ReadonlySet<string>;
}

async function seriesOf(
  ground: MeasuringGround,
  stage: StageOfJourney,
  due: DueOutcome,
): Promise<StageSeries> {
  const series = await stageSeries(ground.sql, {
    journey: stage.journey.key,
    stage: stage.journey.stages[stage.stageIndex]?.key ?? '',
    segment: stage.segment,
    from: due.startedAt - HOUR,
    to: due.startedAt + due.horizon + LONGEST_FAILURE,
    knownBy: due.dueAt,
  });
  return withConversions(stage.journey, stage.stageIndex, series);
}

/** Entry stages that the episode does not touch: other journeys' first, else the own one's. */
function controlCandidates(ground: MeasuringGround, own: StageOfJourney): StageOfJourney[] {
  const entries = ground.journeys.flatMap(({ journey }) => {
    const key = `${journey.key}/${journey.stages[0]?.key ?? ''}`;
    const self = journey.key === own.journey.key && own.stageIndex === 0;
    return self || ground.touched.has(key) ? [] : [{ journey, stageIndex: 0, segment: null }];
  });
  const isOwn = (one: StageOfJourney): boolean => one.journey.key === own.journey.key;
  return [...entries.filter(isOwn), ...entries.filter((one) => !isOwn(one))];
}

async function controlOf(
  ground: MeasuringGround,
  own: StageOfJourney,
  due: DueOutcome,
): Promise<Control | undefined> {
  for (const candidate of controlCandidates(ground, own)) {
    const baseline = await ground.baselines.of(ground.sql, candidate, due.startedAt);
    const series = await seriesOf(ground, candidate, due);
    if (baseline !== null && baseline.width === series.width) return { series, baseline };
  }
  return undefined;
}

/** Chance of its own for every outcome: measuring it again gives the same. */
function randomOf(due: DueOutcome): () => number {
  const hash = contentKey(`${due.episodeId}\0${due.journey}\0${due.stage}`);
  return seededRandom(Number.parseInt(hash.slice(0, 8), 16));
}

/** Measures what an episode did to one stage, on what was known when it became due; null without a baseline. */
export async function measureStage(
  ground: MeasuringGround,
  stage: StageOfJourney,
  due: DueOutcome,
): Promise<MeasuredOutcome | null> {
  const baseline = await ground.baselines.of(ground.sql, stage, due.startedAt);
  if (baseline === null) return null;
  const series = await seriesOf(ground, stage, due);
  if (baseline.width !== series.width) return null;
  return measureOutcome({
    startedAt: due.startedAt,
    horizon: due.horizon,
    mitigatedAt: due.mitigatedAt ?? undefined,
    criterion: stage.journey.stages[stage.stageIndex]?.failure,
    series,
    baseline,
    control: await controlOf(ground, stage, due),
    random: randomOf(due),
  });
}
