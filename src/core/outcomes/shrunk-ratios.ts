/** One hour of history: what was counted against what was to be expected, and which cell it is of. */
export interface CellCount {
  readonly cell: number;
  readonly count: number;
  readonly expected: number;
  /** Variance of the count by chance alone: its mean (Poisson), less for binomial counts. */
  readonly chance: number;
}

export interface ShrunkRatios {
  /** Observed / expected per cell, pulled to 1 by as much as chance explains. */
  readonly ratios: readonly number[];
  /** How much of each ratio is its own (0 = all pulled to 1). */
  readonly trust: readonly number[];
  readonly seen: readonly number[];
  /** Variance of an hour's relative deviation within its cell beyond chance; null if not known. */
  readonly within: number | null;
}

/** Relative variance assumed within a cell until repeats can tell. */
const USUAL_WITHIN = 0.0025;
const MIN_REPEATS = 24;

interface Sums {
  readonly count: Float64Array;
  readonly expected: Float64Array;
  readonly chance: Float64Array;
  readonly seen: number[];
}

function sumsOf(counts: readonly CellCount[], cells: number): Sums {
  const sums = {
    count: new Float64Array(cells),
    expected: new Float64Array(cells),
    chance: new Float64Array(cells),
    seen: new Array<number>(cells).fill(0),
  };
  for (const { cell, count, expected, chance } of counts) {
    sums.count[cell] = (sums.count[cell] ?? 0) + count;
    sums.expected[cell] = (sums.expected[cell] ?? 0) + expected;
    sums.chance[cell] = (sums.chance[cell] ?? 0) + chance;
    sums.seen[cell] = (sums.seen[cell] ?? 0) + 1;
  }
  return sums;
}

const ratioOf = (sums: Sums, cell: number): number => {
  const expected = sums.expected[cell] ?? 0;
  return expected > 0 ? (sums.count[cell] ?? 0) / expected : 1;
};

function varianceWithin(counts: readonly CellCount[], sums: Sums): number | null {
  let [square, scale, repeats] = [0, 0, 0];
  for (const { cell, count, expected, chance } of counts) {
    const seen = sums.seen[cell] ?? 0;
    if (seen < 2) continue;
    const mean = expected * ratioOf(sums, cell);
    square += ((count - mean) ** 2 * seen) / (seen - 1) - chance;
    scale += mean * mean;
    repeats += (seen - 1) / seen;
  }
  return repeats < MIN_REPEATS || scale === 0 ? null : Math.max(0, square / scale);
}

/**
 * Credibility ratios per cell: the linear Bayes estimate of a gamma-Poisson model whose prior is
 * estimated from the spread between cells (Bühlmann & Straub 1970; Efron & Morris 1973).
 */
export function shrunkRatios(counts: readonly CellCount[], cells: number): ShrunkRatios {
  const sums = sumsOf(counts, cells);
  const within = varianceWithin(counts, sums);
  const noise = Array.from({ length: cells }, (_, cell) => {
    const expected = sums.expected[cell] ?? 0;
    if (expected <= 0) return Infinity;
    const chance = (sums.chance[cell] ?? 0) / (expected * expected);
    return chance + (within ?? USUAL_WITHIN) / (sums.seen[cell] ?? 1);
  });
  let [spread, weight] = [0, 0];
  noise.forEach((variance, cell) => {
    if (!Number.isFinite(variance)) return;
    const expected = sums.expected[cell] ?? 0;
    spread += expected * ((ratioOf(sums, cell) - 1) ** 2 - variance);
    weight += expected;
  });
  const between = weight > 0 ? Math.max(0, spread / weight) : 0;
  const trust = noise.map((variance) => (between > 0 ? between / (between + variance) : 0));
  const ratios = trust.map((own, cell) => 1 + own * (ratioOf(sums, cell) - 1));
  return { ratios, trust, seen: sums.seen, within };
}
