import type { FailureCriterion } from '../journeys/journey.js';
import { adjustedPValues } from '../statistics/benjamini-hochberg.js';
import { MINUTE, type Duration, type Instant } from '../telemetry/time.js';
import type { Baseline } from './baseline.js';
import { MERGE_GAP } from './failure-course.js';
import { measureOutcome, type MeasuredOutcome } from './measured-outcome.js';
import { overlaps, type StageSeries, type TimeSpan } from './stage-series.js';
import { windowPValue } from './window-p-value.js';
import { WindowTable, type Control } from './window-totals.js';

export interface SearchedStage {
  readonly journey: string;
  readonly stage: string;
  readonly series: StageSeries;
  readonly baseline: Baseline;
  readonly criterion?: FailureCriterion | undefined;
  readonly control?: Control | undefined;
}

export interface FoundFailure extends TimeSpan {
  readonly journey: string;
  readonly stage: string;
  readonly outcome: MeasuredOutcome;
}

export interface SearchOptions {
  readonly from: Instant;
  readonly to: Instant;
  /** Share of what is found that may be chance. */
  readonly falseDiscoveryRate?: number;
  /** Chance of its own for each place, so that what is found elsewhere leaves its figures alone. */
  readonly randomOf: (place: SearchedStage, startedAt: Instant) => () => number;
}

/** The lengths that are searched, each paid for. */
const LENGTHS: readonly Duration[] = [10, 30, 60, 180, 360].map((minutes) => minutes * MINUTE);

interface Tested extends TimeSpan {
  readonly stage: number;
  readonly p: number;
}

/** The most surprising run that begins in each bucket, its p value times the lengths tried. */
function testStage(stage: SearchedStage, index: number, options: SearchOptions): Tested[] {
  const table = new WindowTable(stage, stage.control, options);
  const lengths = [...new Set(LENGTHS.map((length) => Math.ceil(length / table.width)))];
  const tested: Tested[] = [];
  for (let start = 0; start < table.buckets; start += 1) {
    let best: Tested | null = null;
    for (const length of lengths) {
      if (start + length > table.buckets) continue;
      const window = table.totals(start, start + length);
      const p = Math.min(1, windowPValue(window) * lengths.length);
      if (!best || p < best.p) {
        best = { stage: index, p, startedAt: window.startedAt, endedAt: window.endedAt };
      }
    }
    if (best) tested.push(best);
  }
  return tested;
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
    const span = outcome.failureWindow;
    if (outcome.failure === true && span !== null) {
      found.push({ journey: stage.journey, stage: stage.stage, outcome, ...span });
    }
    const seen = outcome.failure === true && span !== null ? [next, span] : [next];
    left = left.filter((one) => !seen.some((other) => overlaps(one, other)));
  }
  return found.sort((a, b) => a.startedAt - b.startedAt);
}

/** Found windows of one stage whose measured failures touch or nearly touch are one failure. */
function joined(found: readonly FoundFailure[]): FoundFailure[] {
  const failures: FoundFailure[] = [];
  for (const next of found) {
    const last = failures.at(-1);
    const same = last?.journey === next.journey && last.stage === next.stage;
    if (last && same && next.startedAt - last.endedAt < MERGE_GAP) {
      const larger =
        next.outcome.conversionsLost > last.outcome.conversionsLost ? next.outcome : last.outcome;
      const endedAt = Math.max(last.endedAt, next.endedAt);
      failures[failures.length - 1] = { ...last, endedAt, outcome: larger };
    } else failures.push(next);
  }
  return failures;
}

/**
 * Searches journey failures over all stages and times. The false discovery rate over all stages
 * and buckets is held whatever the dependence of overlapping runs (Benjamini & Yekutieli 2001);
 * what is found is then measured as an episode starting there would be, and kept if it failed.
 */
export function searchFailures(
  stages: readonly SearchedStage[],
  options: SearchOptions,
): FoundFailure[] {
  const tested = stages.flatMap((stage, index) => testStage(stage, index, options));
  const adjusted = adjustedPValues(
    tested.map(({ p }) => p),
    'any',
  );
  const limit = options.falseDiscoveryRate ?? 0.05;
  const surprising = tested.filter((_, i) => (adjusted[i] ?? 1) <= limit);
  const found = stages.flatMap((stage, index) =>
    failuresOf(
      stage,
      surprising.filter((one) => one.stage === index),
      options,
    ),
  );
  return joined(found);
}

/** An episode mapped to a stage, with the stretch in which it may be blamed. */
export interface MappedEpisode extends TimeSpan {
  readonly journey: string;
  readonly stage: string;
}

/** The failures that no mapped episode of their stage overlaps: the false negatives. */
export function missedFailures(
  failures: readonly FoundFailure[],
  episodes: readonly MappedEpisode[],
): FoundFailure[] {
  return failures.filter(
    (failure) =>
      !episodes.some(
        (episode) =>
          episode.journey === failure.journey &&
          episode.stage === failure.stage &&
          overlaps(episode, failure),
      ),
  );
}
