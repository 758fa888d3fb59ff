import { quantileOfSorted } from '../statistics/interval.js';
import { normalCdf } from '../statistics/special-functions.js';
import type { FailureLoss } from './frontier.js';
import type { ThresholdEvidence } from './threshold-evidence.js';
import { scaled } from './threshold-grid.js';

/** Width of the kernel in spreads of the catch levels times n^(-1/3), the rate for distributions. */
const KERNEL_WIDTH = 1.4;
/** How far a failure's value is drawn to the mean value: one costly failure is not the next one. */
const VALUE_SHRINKAGE = 0.3;

/** Pages are many: half the kernel is enough to keep a threshold from hugging the highest noise. */
const PAGE_KERNEL = 0.5;
/** Beyond so many widths the kernel is nothing. */
const REACH = 5;

/** Kernel width on the scaled levels for failures that are caught up to these (ascending). */
export function kernelWidth(levels: Float64Array): number {
  const n = levels.length;
  if (n < 2) return 0;
  const mean = levels.reduce((sum, level) => sum + level, 0) / n;
  const deviation = Math.sqrt(levels.reduce((sum, level) => sum + (level - mean) ** 2, 0) / n);
  const quartiles = quantileOfSorted(levels, 0.75) - quantileOfSorted(levels, 0.25);
  const spread = quartiles > 0 ? Math.min(deviation, quartiles / 1.349) : deviation;
  return KERNEL_WIDTH * spread * n ** (-1 / 3);
}

/** The normal distribution function, spared where it is 0 or 1 to all that matters. */
function cdfInReach(z: number): number {
  if (Math.abs(z) > REACH) return z > 0 ? 1 : 0;
  return normalCdf(z);
}

/** Share of a piece that a threshold near `z` meets, as the kernel has it. */
function within(z: number, [low, high]: readonly [number, number], width: number): number {
  if (width === 0) return z >= low && z < high ? 1 : 0;
  return cdfInReach((high - z) / width) - cdfInReach((low - z) / width);
}

/** What of a failure's value (1) is lost at each grid level, as if its levels were known up to the kernel. */
export function smoothedShares(
  { pieces }: FailureLoss,
  evidence: ThresholdEvidence,
  grid: { readonly scaled: Float64Array; readonly width: number },
): Float64Array {
  const shares = new Float64Array(grid.scaled.length).fill(1);
  for (const { low, high, share } of pieces) {
    if (high <= evidence.lowest) continue;
    // A piece that reaches below what is proposed has no lower end there.
    const ends = [
      low <= evidence.lowest ? -Infinity : scaled(low, evidence),
      scaled(high, evidence),
    ] as const;
    grid.scaled.forEach((z, g) => {
      shares[g] = (shares[g] ?? 0) - (1 - share) * within(z, ends, grid.width);
    });
  }
  return shares;
}

/** Values drawn to their mean. */
export function shrunkValues(losses: readonly FailureLoss[]): Float64Array {
  const mean = losses.reduce((sum, { failure }) => sum + failure.valueLost, 0) / losses.length;
  return Float64Array.from(
    losses,
    ({ failure }) => (1 - VALUE_SHRINKAGE) * failure.valueLost + VALUE_SHRINKAGE * mean,
  );
}

/** How much each level counts for one of them: from `first` on, summing to 1. */
interface Weights {
  readonly first: number;
  readonly weights: Float64Array;
}

function weightsAt(z: Float64Array, g: number, kernel: number): Weights {
  const place = (k: number): number => z[k] ?? 0;
  const isNear = (level: number): boolean => Math.abs(level - place(g)) <= REACH * kernel;
  const first = z.findIndex(isNear);
  const near = z.filter(isNear);
  const weights = near.map((level, i) => {
    const k = first + i;
    // Each level stands for the stretch to its neighbours' middles.
    const stretch = place(Math.min(k + 1, z.length - 1)) - place(Math.max(k - 1, 0));
    return stretch * Math.exp(-(((level - place(g)) / kernel) ** 2) / 2);
  });
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return { first, weights: weights.map((weight) => weight / total) };
}

/** Rows of counts at the grid's levels, each the kernel's mean of those around it on the scale. */
export function smoothedCounts(
  rows: readonly Float64Array[],
  { scaled: z, width }: { readonly scaled: Float64Array; readonly width: number },
): readonly Float64Array[] {
  const kernel = PAGE_KERNEL * width;
  if (kernel === 0 || z.length < 2) return rows;
  const around = Array.from(z, (_, g) => weightsAt(z, g, kernel));
  return rows.map((counts) =>
    counts.map((_, g) => {
      const { first, weights } = around[g] ?? { first: 0, weights: new Float64Array() };
      let sum = 0;
      for (let i = 0; i < weights.length; i += 1)
        sum += (weights[i] ?? 0) * (counts[first + i] ?? 0);
      return sum;
    }),
  );
}
