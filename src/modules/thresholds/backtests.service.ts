import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';

import { Problem } from '../../core/errors/problem.js';
import { WEEK } from '../../core/telemetry/time.js';
import { backtest } from '../../core/thresholds/backtest.js';
import type { Evaluations } from '../../core/thresholds/evaluations.js';
import { evaluationsOf, usualStaleness } from '../../core/thresholds/evaluations.js';
import type { PricedFailure } from '../../core/thresholds/failure-loss.js';
import { frontierOf } from '../../core/thresholds/frontier.js';
import { evidenceOf, failuresSeen } from '../../core/thresholds/threshold-evidence.js';
import { pointAt } from '../../core/thresholds/threshold-point.js';
import { Clock } from '../../http/clock.js';
import { currentJourneys } from '../../storage/journey.store.js';
import type { StoredOutcome } from '../../storage/outcome.store.js';
import { failuresOfStage } from '../../storage/outcome.store.js';
import type { BacktestBody } from '../../wire/backtest.js';
import { formatInstant } from '../../wire/instant.js';

function lookAt({ points }: BacktestBody['series']): Evaluations {
  const sorted = [...points].sort(([one], [other]) => one - other);
  const at = Float64Array.from(sorted, ([time]) => time);
  const values = Float64Array.from(sorted, ([, value]) => value);
  return evaluationsOf({ at, values }, { staleness: usualStaleness(at) });
}

/** One failure however many outcomes tell of it: as the latest of them has it. */
function priced(outcomes: readonly StoredOutcome[], valuePerConversion: number): PricedFailure[] {
  const latest = new Map<string, PricedFailure>();
  for (const { id, failureId = id, startedAt, endedAt, conversionsLost = 0 } of outcomes) {
    if (startedAt === undefined || endedAt === undefined) continue;
    const valueLost = Math.max(0, conversionsLost) * valuePerConversion;
    latest.set(failureId, { id: failureId, startedAt, endedAt, valueLost });
  }
  return [...latest.values()].sort((one, other) => one.startedAt - other.startedAt);
}

@Injectable()
export class BacktestsService {
  constructor(
    private readonly source: DataSource,
    private readonly clock: Clock,
  ) {}

  async replay({ rule, series, costPage, ...body }: BacktestBody): Promise<object> {
    const seen = lookAt(series);
    const { inside } = failuresSeen(await this.failures(body, seen), seen);
    const { comparison, threshold } = rule;
    const replayed = {
      ...{ comparison, threshold, groupGap: 0 },
      ...{ for: rule.for ?? 0, keepFiringFor: rule.keepFiringFor ?? 0 },
    };
    const evidence = evidenceOf(seen, replayed, inside, { ...body, savedShare: 1 });
    const frontier = frontierOf(evidence.pages, evidence.losses);
    const weeks = (evidence.until - evidence.from) / WEEK;
    const { episodes, missed } = backtest(seen, replayed, inside, body);
    return {
      ...pointAt({ frontier, comparison, failures: inside.length, costPage, weeks }, threshold),
      episodes: episodes.map(({ startedAt, endedAt, failureIds }) => ({
        startedAt: formatInstant(startedAt),
        endedAt: endedAt === null ? null : formatInstant(endedAt),
        failureIds,
      })),
      missedFailures: missed.map(({ id, startedAt, endedAt, valueLost }) => ({
        failureId: id,
        startedAt: formatInstant(startedAt),
        endedAt: formatInstant(endedAt),
        valueLost,
      })),
    };
  }

  private async failures(
    place: { readonly journey: string; readonly stage: string },
    { at }: Evaluations,
  ): Promise<PricedFailure[]> {
    const journeys = await currentJourneys(this.source.manager);
    const journey = journeys.find((one) => one.journey.key === place.journey)?.journey;
    if (journey?.stages.some(({ key }) => key === place.stage) !== true) {
      const detail = `there is no stage ${place.stage} of a journey ${place.journey}`;
      throw new Problem(404, 'unknown-stage', detail);
    }
    const range = { from: at[0] ?? 0, to: (at.at(-1) ?? 0) + 1, knownBy: this.clock.now() };
    const outcomes = await failuresOfStage(this.source.manager, place, range);
    return priced(outcomes, journey.valuePerConversion ?? 1);
  }
}
