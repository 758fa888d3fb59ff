import type { Duration } from '../telemetry/time.js';

/** Counts by bin; bins without a count are left out. Counts may be negative in a difference. */
export type SecondsHistogram = Readonly<Record<string, number>>;

/** Bins to a doubling: a quantile read from a bin is off by at most 2^(1/8) - 1 = 9.1 %. */
const BINS_PER_DOUBLING = 4;

/** The last bin begins at 2^25.75 seconds, which is a year and nine months. */
const LAST_BIN = 26 * BINS_PER_DOUBLING;

/** The bin of a duration: 0 below one second, then four to a doubling. */
export function secondsBin(duration: Duration): number {
  if (duration < 1000) return 0;
  const bin = 1 + Math.floor(BINS_PER_DOUBLING * Math.log2(duration / 1000));
  return Math.min(bin, LAST_BIN);
}

/** The geometric middle of the bin, in seconds; 0 for what took less than a second. */
function middleOf(bin: number): number {
  return bin === 0 ? 0 : 2 ** ((bin - 0.5) / BINS_PER_DOUBLING);
}

function isEmpty(histogram: SecondsHistogram): boolean {
  for (const _bin in histogram) return false;
  return true;
}

/** One histogram plus another times a sign; empty bins are dropped. */
export function addHistogram(
  one: SecondsHistogram,
  other: SecondsHistogram,
  sign: 1 | -1 = 1,
): SecondsHistogram {
  if (isEmpty(other)) return one;
  if (sign === 1 && isEmpty(one)) return other;
  return addBins(one, other, sign);
}

// Bin by bin: lists of entries take several times as long, for thousands of hours.
function addBins(one: SecondsHistogram, other: SecondsHistogram, sign: 1 | -1): SecondsHistogram {
  const sum: Record<string, number> = {};
  for (const bin in one) {
    const count = (one[bin] ?? 0) + sign * (other[bin] ?? 0);
    if (count !== 0) sum[bin] = count;
  }
  for (const bin in other) {
    const count = sign * (other[bin] ?? 0);
    if (one[bin] === undefined && count !== 0) sum[bin] = count;
  }
  return sum;
}

/** The median and the 90th percentile, in seconds. */
export interface SecondsQuantiles {
  readonly median: number;
  readonly p90: number;
}

/** Both of a histogram, or null where nothing was counted. */
export function secondsQuantiles(histogram: SecondsHistogram): SecondsQuantiles | null {
  const median = histogramQuantile(histogram, 0.5);
  const p90 = histogramQuantile(histogram, 0.9);
  return median === null || p90 === null ? null : { median, p90 };
}

/**
 * The quantile (the smallest value with at least that share at or below it), in seconds, within
 * 9.1 % for one second and more; null where nothing was counted.
 */
export function histogramQuantile(histogram: SecondsHistogram, share: number): number | null {
  const bins = Object.entries(histogram)
    .map(([bin, count]) => ({ bin: Number(bin), count }))
    .sort((one, other) => one.bin - other.bin);
  const total = bins.reduce((sum, { count }) => sum + count, 0);
  let below = 0;
  for (const { bin, count } of bins) {
    below += count;
    if (below >= share * total && below > 0) return middleOf(bin);
  }
  return null;
}
