import type { FailureCriterion } from '../journeys/journey.js';
import { MINUTE, type Duration, type Instant } from '../telemetry/time.js';
import type { Baseline } from './baseline.js';
import { discoveryLimit, type Tested } from './discovery-limit.js';
import { MERGE_GAP } from './failure-course.js';
import { measureOutcome, type MeasuredOutcome } from './measured-outcome.js';
import { overlaps, type StageSeries, type TimeSpan } from './stage-series.js';
import { windowPValue } from './window-p-value.js';
import { WindowTable, type Controls } from './window-totals.js';

/** A stage, or those of its customers who are in one segment. */
export interface Place {
  readonly journey: string;
  readonly stage: string;
  /** All segments where null. */
  readonly segment: string | null;
}

export interface SearchedStage extends Controls, Place {
  readonly series: StageSeries;
  readonly baseline: Baseline;
  readonly criterion?: FailureCriterion | undefined;
}

export interface FoundFailure extends TimeSpan, Place {
  readonly outcome: MeasuredOutcome;
}

export interface SearchOptions {
  readonly from: Instant;
  readonly to: Instant;
  /** Share of what is found that may be chance. */
  readonly falseDiscoveryRate?: number;
  /**
   * What lies wholly in the stretch of one that covers the place is told by its outcome: it counts
   * among all that is tested, but is not measured again.
   */
  readonly episodes?: readonly MappedEpisode[];
  /** Chance of its own for each place, so that what is found elsewhere leaves its figures alone. */
  readonly randomOf: (place: SearchedStage, startedAt: Instant) => () => number;
}

/** An episode mapped to a stage, with the stretch in which it may be blamed. */
export type MappedEpisode = TimeSpan & Place;

/** The lengths that are searched, each paid for. */
const LENGTHS: readonly Duration[] = [10, 30, 60, 180, 360].map((minutes) => minutes * MINUTE);

/** The runs of all lengths that begin in a stretch, each p value times the lengths tried. */
interface TestedPlace {
  readonly runs: readonly Tested[];
  /** Buckets in which one could begin. */
  readonly buckets: number;
}

function testStage(stage: SearchedStage, options: SearchOptions): TestedPlace {
  const table = new WindowTable(stage, stage, options);
  const lengths = [...new Set(LENGTHS.map((length) => Math.ceil(length / table.width)))];
  const runs: Tested[] = [];
  for (let start = 0; start < table.buckets; start += 1) {
    for (const length of lengths) {
      if (start + length > table.buckets) continue;
      const window = table.totals(start, start + length);
      const p = Math.min(1, windowPValue(window) * lengths.length);
      runs.push({ p, startedAt: window.startedAt, endedAt: window.endedAt });
    }
  }
  return { runs, buckets: table.buckets };
}

function isTold(place: Place, run: TimeSpan, episodes: readonly MappedEpisode[]): boolean {
  return episodes.some(
    ({ journey, stage, segment, startedAt, endedAt }) =>
      journey === place.journey &&
      stage === place.stage &&
      (segment === null || segment === place.segment) &&
      startedAt <= run.startedAt &&
      run.endedAt <= endedAt,
  );
}

/** How far around the most surprising run's start the failure's own start is looked for. */
const AROUND: Duration = 30 * MINUTE;

/** Measures the most surprising run first, then what is left that has nothing to do with it. */
function failuresOf(
  stage: SearchedStage,
  surprising: readonly Tested[],
  { randomOf }: SearchOptions,
): FoundFailure[] {
  const found: FoundFailure[] = [];
  let left = surprising.toSorted((a, b) => a.p - b.p || a.startedAt - b.startedAt);
  for (let next = left[0]; next !== undefined; next = left[0]) {
    // A first bucket that was hit in part surprises less than the next one.
    const { width } = stage.series;
    const startedAt = next.startedAt - width;
    const random = randomOf(stage, next.startedAt);
    const outcome = measureOutcome({ ...stage, startedAt, horizon: width + AROUND, random });
    const span = outcome.failure === true ? outcome.failureWindow : null;
    const { journey, stage: name, segment } = stage;
    if (span !== null) found.push({ journey, stage: name, segment, outcome, ...span });
    const looked = next.startedAt + AROUND;
    const isLooked = ({ startedAt: at }: Tested): boolean => at >= startedAt && at < looked;
    left = left.filter((one) => !isLooked(one) && (span === null || !overlaps(one, span)));
  }
  return found.sort((a, b) => a.startedAt - b.startedAt);
}

function isSamePlace(a: Place, b: Place): boolean {
  return a.journey === b.journey && a.stage === b.stage && a.segment === b.segment;
}

/** Found windows of one place whose measured failures touch or nearly touch are one failure. */
function joined(found: readonly FoundFailure[]): FoundFailure[] {
  const failures: FoundFailure[] = [];
  for (const next of found) {
    const last = failures.at(-1);
    if (last && isSamePlace(last, next) && next.startedAt - last.endedAt < MERGE_GAP) {
      const larger =
        next.outcome.conversionsLost > last.outcome.conversionsLost ? next.outcome : last.outcome;
      const endedAt = Math.max(last.endedAt, next.endedAt);
      failures[failures.length - 1] = { ...last, endedAt, outcome: larger };
    } else failures.push(next);
  }
  return failures;
}

/** Whether two places of one stage have customers in common: a whole stage has those of all segments. */
export function shareCustomers(a: Place, b: Place): boolean {
  const isOneStage = a.journey === b.journey && a.stage === b.stage;
  return isOneStage && (a.segment === null || b.segment === null || a.segment === b.segment);
}

/** A segment's failure that overlaps one of the whole stage is a part of it. */
function withoutParts(failures: readonly FoundFailure[]): FoundFailure[] {
  const whole = failures.filter(({ segment }) => segment === null);
  return failures.filter(
    (one) =>
      one.segment === null ||
      !whole.some((other) => shareCustomers(other, one) && overlaps(other, one)),
  );
}

/**
 * Searches journey failures over all stages, segments and times, the false discovery rate over all
 * of them held; what is found is then measured as an episode starting there would be, and kept if
 * it failed.
 */
export function searchFailures(
  stages: readonly SearchedStage[],
  options: SearchOptions,
): FoundFailure[] {
  const tested = stages.map((stage) => testStage(stage, options));
  const buckets = tested.reduce((sum, place) => sum + place.buckets, 0);
  const runsOf = tested.map(({ runs }) => runs);
  const limit = discoveryLimit(runsOf, buckets, options.falseDiscoveryRate ?? 0.05);
  const found = stages.flatMap((stage, index) => {
    // A milder failure is told by its own runs, not by those that reach into a worse one.
    const surprising = (runsOf[index] ?? []).filter(
      (run) => run.p <= limit && !isTold(stage, run, options.episodes ?? []),
    );
    return failuresOf(stage, surprising, options);
  });
  return withoutParts(joined(found));
}

/** The failures that no mapped episode of their stage and segment overlaps: the false negatives. */
export function missedFailures(
  failures: readonly FoundFailure[],
  episodes: readonly MappedEpisode[],
): FoundFailure[] {
  return failures.filter(
    (failure) =>
      !episodes.some((episode) => shareCustomers(episode, failure) && overlaps(episode, failure)),
  );
}
