import { percentileInterval } from './interval.js';
import type { Interval } from './interval.js';

/** How to resample: a seeded source of uniform numbers, and how often (1000 where absent). */
export interface BootstrapOptions {
  readonly random: () => number;
  readonly resamples?: number | undefined;
}

/** Puts into `counts` how often each of its units is drawn, with replacement, in as many draws. */
export function drawCounts(counts: Float64Array, random: () => number): void {
  const size = counts.length;
  counts.fill(0);
  for (let draw = 0; draw < size; draw += 1) {
    const unit = Math.floor(random() * size);
    counts[unit] = (counts[unit] ?? 0) + 1;
  }
}

/** Numbers the groups 0.. in order of first appearance; every row its own group where absent. */
export function groupCodes(rows: number, groups?: readonly string[]): Uint32Array {
  if (groups === undefined) return Uint32Array.from({ length: rows }, (_, row) => row);
  const codes = new Map<string, number>();
  return Uint32Array.from(groups, (group) => {
    const code = codes.get(group) ?? codes.size;
    codes.set(group, code);
    return code;
  });
}

/** Row-by-row differences with optional weights, and groups whose rows are drawn together. */
export interface PairedDifferences {
  readonly differences: Float64Array;
  readonly weights?: Float64Array | undefined;
  readonly groups?: readonly string[] | undefined;
}

/** A weighted mean of paired differences with its percentile-bootstrap interval (90 %). */
export interface PairedDifference {
  readonly mean: number;
  readonly interval: Interval;
}

/** Bootstraps the weighted mean of paired differences, by groups where there are any. */
export function pairedBootstrap(
  paired: PairedDifferences,
  { random, resamples = 1000 }: BootstrapOptions,
): PairedDifference {
  const { sums, totals } = groupSums(paired);
  const means: number[] = [];
  for (let resample = 0; resample < resamples; resample += 1) {
    means.push(drawnMean(sums, totals, random));
  }
  const add = (a: number, b: number): number => a + b;
  return { mean: sums.reduce(add, 0) / totals.reduce(add, 0), interval: percentileInterval(means) };
}

/** Less by more than one standard error: the customary measure where a choice costs little. */
export function lessByAnError({ mean, interval: [low, high] }: PairedDifference): boolean {
  return mean + (high - low) / (2 * NORMAL_95) < 0;
}

// Standard errors from the mean to either end of a 90 % interval.
const NORMAL_95 = 1.6449;

function groupSums({ differences, weights, groups }: PairedDifferences): {
  sums: Float64Array;
  totals: Float64Array;
} {
  const codes = groupCodes(differences.length, groups);
  const size = codes.reduce((most, code) => Math.max(most, code + 1), 0);
  const sums = new Float64Array(size);
  const totals = new Float64Array(size);
  differences.forEach((difference, row) => {
    const code = codes[row] ?? 0;
    const weight = weights === undefined ? 1 : (weights[row] ?? 0);
    sums[code] = (sums[code] ?? 0) + weight * difference;
    totals[code] = (totals[code] ?? 0) + weight;
  });
  return { sums, totals };
}

function drawnMean(sums: Float64Array, totals: Float64Array, random: () => number): number {
  let [sum, total] = [0, 0];
  const size = sums.length;
  for (let draw = 0; draw < size; draw += 1) {
    const unit = Math.floor(random() * size);
    sum += sums[unit] ?? 0;
    total += totals[unit] ?? 0;
  }
  return sum / total;
}
