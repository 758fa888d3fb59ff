import type { FailureCriterion } from '../journeys/journey.js';
import { quantileOfSorted } from '../statistics/interval.js';
import { HOUR, type Duration, type Instant } from '../telemetry/time.js';
import type { Baseline } from './baseline.js';
import { LONGEST_FAILURE } from './failure-pieces.js';
import { LONGEST_LEAD } from './failure-starts.js';
import { scanForFailure } from './failure-window.js';
import { drawLosses } from './loss-draws.js';
import { isInDoubt } from './level-doubt.js';
import type { StageSeries, TimeSpan } from './stage-series.js';
import { WindowTable, type Controls } from './window-totals.js';

/** When a drop counts as a failure where a stage does not say. */
export const DEFAULT_CRITERION: FailureCriterion = { minRelativeDrop: 0.1, minLoss: 5 };

/** Fewer expected entrants than this cannot show a failure. */
export const MIN_EXPECTED_ENTRANTS = 20;

/** How often an episode is a failure before anything is measured. */
export const FAILURE_PRIOR = 0.2;

const CERTAIN = 0.95;
const DRAWS = 1000;

export interface Measurement extends Controls {
  /** When the episode started. */
  readonly startedAt: Instant;
  /** Fixed when the episode starts. */
  readonly horizon: Duration;
  readonly mitigatedAt?: Instant | undefined;
  readonly criterion?: FailureCriterion | undefined;
  readonly series: StageSeries;
  /** Fitted on what came before the episode. */
  readonly baseline: Baseline;
  /** How often an episode is a failure, where better known than `FAILURE_PRIOR`. */
  readonly prior?: number | undefined;
  readonly random: () => number;
}

/** What happened to the stage while and after an episode fired. */
export interface MeasuredOutcome {
  /** Null where it cannot be decided. */
  readonly failure: boolean | null;
  /** P(relative drop >= the smallest that matters). */
  readonly failureProbability: number;
  /** Posterior mean. */
  readonly conversionsLost: number;
  /** 90 % interval of the conversions lost. */
  readonly interval: readonly [number, number];
  readonly relativeDrop: number;
  /** Where the drop most likely was; null where there more likely was none. */
  readonly failureWindow: TimeSpan | null;
  /** Entrants that an hour (or the horizon) from the start on was to bring. */
  readonly expectedEntrants: number;
  /** Why it cannot be decided. */
  readonly reason?: 'no-data' | 'too-thin' | 'not-certain' | 'loss-below-minimum';
}

function undecided(
  reason: 'no-data' | 'too-thin',
  failureProbability: number,
  expectedEntrants: number,
): MeasuredOutcome {
  return {
    failure: null,
    failureProbability,
    conversionsLost: 0,
    interval: [0, 0],
    relativeDrop: 0,
    failureWindow: null,
    expectedEntrants,
    reason,
  };
}

type Verdict = Pick<MeasuredOutcome, 'failure' | 'reason'>;

const NOT_CERTAIN: Verdict = { failure: null, reason: 'not-certain' };

function verdict(probability: number, loss: number, minLoss: number): Verdict {
  if (probability <= 1 - CERTAIN) return { failure: false };
  if (probability < CERTAIN) return NOT_CERTAIN;
  return loss >= minLoss ? { failure: true } : { failure: null, reason: 'loss-below-minimum' };
}

/**
 * Measures what an episode did to a stage: the worst run of buckets that begins between its start
 * and the horizon (or its mitigation), or is under way at its start, followed to its end, against the baseline and the controls.
 * Every figure averages over the runs that may be the failure. Same input and random, same answer.
 */
export function measureOutcome(measurement: Measurement): MeasuredOutcome {
  const { startedAt, horizon, mitigatedAt, series, baseline, random } = measurement;
  const { minRelativeDrop, minLoss } = measurement.criterion ?? DEFAULT_CRITERION;
  const until = Math.min(startedAt + horizon, Math.max(startedAt, mitigatedAt ?? Infinity));
  const lead = Math.floor(LONGEST_LEAD / series.width) * series.width;
  const table = new WindowTable({ series, baseline }, measurement, {
    from: startedAt - lead,
    to: until + LONGEST_FAILURE,
  });
  const length = Math.max(HOUR, until - startedAt);
  const first = Math.floor((startedAt - table.timeOf(0)) / table.width);
  const last = Math.min(table.buckets, first + Math.ceil(length / table.width));
  const prior = measurement.prior ?? FAILURE_PRIOR;
  if (first < 0 || first >= last) return undecided('no-data', prior, 0);
  const looked = table.totals(first, last);
  const expectedEntrants = looked.expectedEntries;
  if (expectedEntrants < MIN_EXPECTED_ENTRANTS)
    return undecided('too-thin', prior, expectedEntrants);
  const scan = scanForFailure(table, { startedAt, until, minRelativeDrop, prior });
  if (!scan.worst) return undecided('no-data', prior, expectedEntrants);
  const draws = drawLosses(scan, DRAWS, random);
  const losses = Float64Array.from(draws, ({ loss }) => loss).sort();
  const mean = (values: Iterable<number>): number =>
    [...values].reduce((sum, value) => sum + value, 0) / DRAWS;
  const conversionsLost = mean(losses);
  const judged = verdict(scan.failureProbability, conversionsLost, minLoss);
  const seen = { looked, worst: table.within(scan.worst) };
  const isOpen = isInDoubt(judged.failure, seen, baseline, minRelativeDrop);
  return {
    ...(isOpen ? NOT_CERTAIN : judged),
    failureProbability: scan.failureProbability,
    conversionsLost,
    interval: [quantileOfSorted(losses, 0.05), quantileOfSorted(losses, 0.95)],
    relativeDrop: mean(draws.map(({ relativeDrop }) => relativeDrop)),
    failureWindow: scan.failureProbability > 0.5 ? scan.worst : null,
    expectedEntrants,
  };
}
