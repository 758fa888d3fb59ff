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

function quantile(sorted: Float64Array, share: number): number {
  const at = share * (sorted.length - 1);
  const below = sorted[Math.floor(at)] ?? 0;
  const above = sorted[Math.ceil(at)] ?? below;
  return below + (above - below) * (at - Math.floor(at));
}

function robustScale(sorted: Float64Array): number {
  const byQuartiles = 1 / (quantile(sorted, 0.75) - quantile(sorted, 0.25));
  if (Number.isFinite(byQuartiles)) return byQuartiles;
  const byRange = 2 / (quantile(sorted, 1) - quantile(sorted, 0));
  return Number.isFinite(byRange) ? byRange : 0;
}

/**
 * Centres, scales and clips as RealMLP does: z / sqrt(1 + (z / 3)^2) with z = scale (x - median).
 *
 * @see Holzmüller, Grinsztajn & Steinwart, "Better by Default" (NeurIPS 2024), section 3.
 */
export function smoothClip(fit: PiecewiseLinear, value: number): number {
  const z = fit.scale === 0 ? 0 : fit.scale * (value - fit.median);
  // Beyond 1e9 the answer is 3 to the last digit, and the square would overflow before long.
  return Math.abs(z) > 1e9 ? 3 * Math.sign(z) : z / Math.sqrt(1 + (z / 3) ** 2);
}

/** The number of rows from the first of a value to the first of the next one. */
function runLength(sorted: Float64Array, from: number): number {
  let to = from + 1;
  while (to < sorted.length && sorted[to] === sorted[from]) to += 1;
  return to - from;
}

/** Edges that share the rows evenly; a value too frequent for one bin does not use up the rest. */
function evenEdges(sorted: Float64Array, bins: number): number[] {
  const edges = [quantile(sorted, 0)];
  let [rowsLeft, inBin] = [sorted.length, 0];
  for (let at = 0; at < sorted.length && edges.length < bins;) {
    const run = runLength(sorted, at);
    at += run;
    inBin += run;
    if (at === sorted.length || inBin * (bins + 1 - edges.length) < rowsLeft) continue;
    edges.push(sorted[at] ?? 0);
    rowsLeft -= inBin;
    inBin = 0;
  }
  return [...edges, quantile(sorted, 1)];
}

/** Narrower bins (in clipped units) would make a step out of rounding errors. */
const NARROWEST = 1e-9;

/** Learns scale and at most `bins` bins from the finite values; others are skipped. */
export function fitPiecewiseLinear(values: Float64Array, bins: number): PiecewiseLinear {
  const sorted = values.filter((value) => Number.isFinite(value)).sort();
  if (sorted.length === 0) return { median: 0, scale: 0, edges: [] };
  const unclipped = { median: quantile(sorted, 0.5), scale: robustScale(sorted), edges: [] };
  if (unclipped.scale === 0) return unclipped;
  const edges: number[] = [];
  for (const edge of evenEdges(sorted, bins)) {
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
