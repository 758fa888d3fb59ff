/**
 * Columns whose weights share one variance. `apart`: each is pulled to nought. `chained`: each is
 * pulled to the one before it, the first to nought, so that they trace a curve that bends little.
 */
export interface PenaltyBlock {
  readonly from: number;
  readonly to: number;
  readonly kind: 'apart' | 'chained';
}

/** Each block's weights as what is squared: themselves, or their steps. */
export function penalisedSquares(block: PenaltyBlock, weights: Float64Array): number {
  let sum = 0;
  for (let j = block.from; j < block.to; j += 1) {
    const before = block.kind === 'chained' && j > block.from ? (weights[j - 1] ?? 0) : 0;
    sum += ((weights[j] ?? 0) - before) ** 2;
  }
  return sum;
}

/** Adds penalty x S w to a gradient, S the block's matrix of squares. */
export function addPenaltyTimes(
  block: PenaltyBlock,
  penalty: number,
  { weights, sums }: { readonly weights: Float64Array; readonly sums: Float64Array },
): void {
  const { from, to, kind } = block;
  for (let j = from; j < to; j += 1) {
    const own = weights[j] ?? 0;
    let pull = own;
    if (kind === 'chained') {
      if (j > from) pull -= weights[j - 1] ?? 0;
      if (j + 1 < to) pull += own - (weights[j + 1] ?? 0);
    }
    sums[j] = (sums[j] ?? 0) + penalty * pull;
  }
}

/** Adds penalty x S to the lower triangle of a matrix, size x size, row by row. */
export function addPenalty(
  { from, to, kind }: PenaltyBlock,
  penalty: number,
  { matrix, size }: { readonly matrix: Float64Array; readonly size: number },
): void {
  for (let j = from; j < to; j += 1) {
    const twice = kind === 'chained' && j + 1 < to;
    const at = j * size + j;
    matrix[at] = (matrix[at] ?? 0) + (twice ? 2 : 1) * penalty;
    if (kind === 'chained' && j > from) matrix[at - 1] = (matrix[at - 1] ?? 0) - penalty;
  }
}
