/** Correlations below this are taken for none, however many blocks say so. */
const NEGLIGIBLE = 0.1;

/** Correlations above this are never taken for chance, however few blocks say so. */
const TELLING = 0.3;

/** Standard errors within which a correlation is taken for chance. */
const CHANCE = 1.5;

/** Blocks that their correlation can be told from. */
const FEWEST = 8;

function scoresOf(codes: Uint8Array, isOrdered: boolean, cells: number): Float64Array {
  if (isOrdered) return Float64Array.from(codes);
  const counts = new Float64Array(cells);
  for (const code of codes) counts[code] = (counts[code] ?? 0) + 1;
  const most = counts.indexOf(Math.max(...counts));
  return Float64Array.from(codes, (code) => (code === most ? 1 : 0));
}

/** Sums of neighbours; a last one without a neighbour is left out. */
function pairSums(sums: Float64Array): Float64Array {
  const pairs = new Float64Array(sums.length >> 1);
  return pairs.map((_, i) => (sums[2 * i] ?? 0) + (sums[2 * i + 1] ?? 0));
}

/** Whether sums correlate neither with the next nor with the one after it. */
function areLoose(sums: Float64Array): boolean {
  const n = sums.length;
  const mean = sums.reduce((total, sum) => total + sum, 0) / n;
  const centred = sums.map((sum) => sum - mean);
  const squares = centred.reduce((total, one) => total + one * one, 0);
  if (!(squares > 0)) return true;
  const bound = Math.min(TELLING, Math.max(NEGLIGIBLE, CHANCE / Math.sqrt(n)));
  return [1, 2].every((lag) => {
    let products = 0;
    for (let i = lag; i < n; i += 1) products += (centred[i] ?? 0) * (centred[i - lag] ?? 0);
    return Math.abs(products / squares) < bound;
  });
}

/**
 * Rows that a block needs so that blocks of a series are nearly independent: in doublings, until the
 * sums of blocks no longer correlate; 1 where rows do not depend on each other at all. A block that holds whole turns of a cycle is free of it. Infinite where blocks
 * never let go of each other.
 */
export function independentStretch(codes: Uint8Array, isOrdered: boolean, cells: number): number {
  let sums = scoresOf(codes, isOrdered, cells);
  for (let rows = 1; sums.length >= FEWEST; rows *= 2) {
    if (areLoose(sums)) return rows;
    sums = pairSums(sums);
  }
  return Infinity;
}
