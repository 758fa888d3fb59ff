import { MINUTE, type Duration } from '../telemetry/time.js';

/** An alert fires at most this long after the failure that it tells of began. */
export const LONGEST_LEAD: Duration = 30 * MINUTE;

/** Share of an episode's failures that are under way when it starts. */
const UNDER_WAY = 0.6;
/** Mean time from such a failure's beginning to the alert. */
const MEAN_LEAD: Duration = 8 * MINUTE;

/**
 * By bucket, how likely an episode's own failure begins there: a few minutes before the alert, as
 * most do, or at any time in its window. `first` is the bucket in which the episode starts,
 * `starts` the end of its window; adds up to 1.
 */
export function startPriors(first: number, starts: number, width: Duration): number[] {
  const lead = Array.from({ length: first + 1 }, (_, bucket) =>
    Math.exp((-(first - bucket) * width) / MEAN_LEAD),
  );
  const total = lead.reduce((sum, weight) => sum + weight, 0);
  const after = (1 - UNDER_WAY) / (starts - first);
  return Array.from(
    { length: starts },
    (_, bucket) => (UNDER_WAY * (lead[bucket] ?? 0)) / total + (bucket >= first ? after : 0),
  );
}
