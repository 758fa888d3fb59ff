import { evenCuts, quantile, weightedValues } from './weighted-values.js';
import type { WeightedValues } from './weighted-values.js';

/**
 * How a number becomes bins: centred on its median, scaled by its quartiles, smoothly clipped to
 * (-3, 3) and cut at `edges` (ascending, in clipped units; fewer than two where it never varies).
 */
export interface PiecewiseLinear {
  readonly median: number;
  /** 1 / interquartile range, or 2 / range where the quartiles coincide, or 0 for a constant. */
  readonly scale: number;
  readonly edges: readonly number[];
}

function robustScale(values: WeightedValues): number {
  const byQuartiles = 1 / (quantile(values, 0.75) - quantile(values, 0.25));
  if (Number.isFinite(byQuartiles)) return byQuartiles;
  const byRange = 2 / (quantile(values, 1) - quantile(values, 0));
  return Number.isFinite(byRange) ? byRange : 0;
}

/**
 * Centres, scales and clips as RealMLP does: z / sqrt(1 + (z / 3)^2) with z = scale (x - median).
 *
 * @see Holzmüller, Grinsztajn & Steinwart, "Better by Default" (NeurIPS 2024), section 3.
 */
export function smoothClip(fit: Pick<PiecewiseLinear, 'median' | 'scale'>, value: number): number {
  const z = fit.scale === 0 ? 0 : fit.scale * (value - fit.median);
  // Beyond 1e9 the answer is 3 to the last digit, and the square would overflow before long.
  return Math.abs(z) > 1e9 ? 3 * Math.sign(z) : z / Math.sqrt(1 + (z / 3) ** 2);
}

/** Narrower bins (in clipped units) would make a step out of rounding errors. */
const NARROWEST = 1e-9;

/**
 * Learns scale and at most `bins` bins, which share the rows evenly, from the finite values; others
 * are skipped. Weights count as repeats of a value, each counts once where absent.
 */
export function fitPiecewiseLinear(
  column: Float64Array,
  bins: number,
  weights?: Float64Array,
): PiecewiseLinear {
  const values = weightedValues(column, weights);
  if (values.total === 0) return { median: 0, scale: 0, edges: [] };
  const unclipped = { median: quantile(values, 0.5), scale: robustScale(values), edges: [] };
  if (unclipped.scale === 0) return unclipped;
  const edges: number[] = [];
  for (const edge of [quantile(values, 0), ...evenCuts(values, bins), quantile(values, 1)]) {
    const clipped = smoothClip(unclipped, edge);
    if (clipped > (edges.at(-1) ?? -Infinity) + NARROWEST) edges.push(clipped);
  }
  return { ...unclipped, edges: edges.length > 1 ? edges : [] };
}

/**
 * Where a clipped value lies among the bins: whole bins passed plus the share of its own, held
 * within [0, number of bins]. It stands for the whole piecewise-linear encoding, whose entry t is
 * min(1, max(0, position - t)).
 *
 * @see Gorishniy, Rubachev & Babenko, "On Embeddings for Numerical Features" (NeurIPS 2022).
 */
export function piecewisePosition(edges: readonly number[], clipped: number): number {
  const edge = (index: number): number => edges[index] ?? 0;
  let [low, high] = [0, edges.length - 1];
  if (high < 1 || clipped <= edge(0)) return 0;
  if (clipped >= edge(high)) return high;
  while (high - low > 1) {
    const middle = (low + high) >>> 1;
    if (edge(middle) <= clipped) low = middle;
    else high = middle;
  }
  return low + (clipped - edge(low)) / (edge(high) - edge(low));
}
