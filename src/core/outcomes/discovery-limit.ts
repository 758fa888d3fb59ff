import { MERGE_GAP } from './failure-course.js';
import type { TimeSpan } from './stage-series.js';

/** A run of buckets with how surprising it is: P(one as surprising begins in its bucket by chance). */
export interface Tested extends TimeSpan {
  readonly p: number;
}

/** How many failures the runs of one place are, those that touch or nearly touch taken as one. */
function failuresIn(runs: readonly Tested[], limit: number): number {
  let [failures, endedAt] = [0, -Infinity];
  for (const run of runs) {
    if (run.p > limit) continue;
    if (run.startedAt - endedAt >= MERGE_GAP) failures += 1;
    endedAt = Math.max(endedAt, run.endedAt);
  }
  return failures;
}

/**
 * The largest p value up to which at most the given share of the failures found is chance. False ones
 * are expected as many as the limit times the buckets tested, however these depend on each other
 * (Benjamini & Hochberg 1995); what is found is counted in failures, not in buckets, or one long
 * outage would let others in by chance (Siegmund, Zhang & Yakir 2011).
 *
 * @param places the runs of each place, by start.
 * @param tested buckets in which a run could begin, over all places.
 */
export function discoveryLimit(
  places: readonly (readonly Tested[])[],
  tested: number,
  rate: number,
): number {
  let limit = rate;
  for (;;) {
    const failures = places.reduce((sum, runs) => sum + failuresIn(runs, limit), 0);
    const next = (rate * failures) / tested;
    if (!(next < limit)) return limit;
    limit = next;
  }
}
