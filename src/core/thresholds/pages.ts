import type { Duration } from '../telemetry/time.js';
import type { FiringLevels } from './firing-levels.js';
import { slidingMaximum } from './sliding-maximum.js';

/**
 * Every page that any threshold would have sent, by time: page i is sent at thresholds whose level
 * lies from `low[i]` (it fired before) to `high[i]` (it does not fire).
 */
export interface Pages {
  readonly at: Float64Array;
  readonly low: Float64Array;
  readonly high: Float64Array;
}

/** The highest level of the stretch before each look in which firing is still the same page. */
function levelsBefore({ at, levels }: FiringLevels, gap: Duration): Float64Array {
  const before = new Float64Array(levels.length).fill(-Infinity, 0, 1);
  if (gap === 0) {
    before.set(levels.subarray(0, -1), 1);
    return before;
  }
  const starts = new Int32Array(levels.length);
  let start = 0;
  for (let k = 1; k < levels.length; k += 1) {
    while (start < k - 1 && (at[start] ?? 0) < (at[k] ?? 0) - gap) start += 1;
    starts[k - 1] = start;
  }
  starts[levels.length - 1] = start;
  before.set(slidingMaximum(levels, starts).subarray(0, -1), 1);
  return before;
}

/**
 * The pages of a rule at all thresholds: one where it begins to fire, unless it fired at most `gap`
 * milliseconds before.
 */
export function pagesOf(firing: FiringLevels, gap: Duration): Pages {
  const { at, levels } = firing;
  if (levels.length === 0) return { at, low: levels, high: levels };
  const before = levelsBefore(firing, gap);
  const pages = {
    at: new Float64Array(levels.length),
    low: before,
    high: new Float64Array(levels.length),
  };
  let count = 0;
  levels.forEach((high, k) => {
    const low = before[k] ?? 0;
    if (!(low < high)) return;
    pages.at[count] = at[k] ?? 0;
    // Written behind what is still to be read.
    pages.low[count] = low;
    pages.high[count] = high;
    count += 1;
  });
  return {
    at: pages.at.subarray(0, count),
    low: pages.low.subarray(0, count),
    high: pages.high.subarray(0, count),
  };
}

/** The pages of several groups, by time. */
export function pagesTogether(groups: readonly Pages[]): Pages {
  const [only] = groups;
  if (only !== undefined && groups.length === 1) return only;
  const all = groups.flatMap(({ at, low, high }) =>
    Array.from(at, (time, i) => [time, low[i] ?? 0, high[i] ?? 0] as const),
  );
  all.sort(([one], [other]) => one - other);
  return {
    at: Float64Array.from(all, ([at]) => at),
    low: Float64Array.from(all, ([, low]) => low),
    high: Float64Array.from(all, ([, , high]) => high),
  };
}
