/** Lower and upper bound: of 90 % where nothing else is said. */
export type Interval = readonly [number, number];

/** Linearly interpolated quantile of ascending values (Hyndman and Fan type 7, NumPy's default). */
export function quantileOfSorted(sorted: ArrayLike<number>, probability: number): number {
  const position = (sorted.length - 1) * probability;
  const below = Math.floor(position);
  const low = sorted[below] ?? Number.NaN;
  const high = sorted[Math.min(below + 1, sorted.length - 1)] ?? Number.NaN;
  return low === high ? low : low + (high - low) * (position - below);
}

/**
 * The central 90 % of resampled figures, or what lies between the tails; figures that are not
 * defined (NaN) are left out.
 */
export function percentileInterval(figures: readonly number[], tail = 0.05): Interval {
  const sorted = Float64Array.from(figures.filter((figure) => !Number.isNaN(figure))).sort();
  return [quantileOfSorted(sorted, tail), quantileOfSorted(sorted, 1 - tail)];
}
