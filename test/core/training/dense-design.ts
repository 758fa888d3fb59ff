import type { PenaltyBlock } from '../../../src/core/training/penalty-block.js';
import { fitPenalisedLogit } from '../../../src/core/training/penalised-logit.js';
import type { SparseDesign } from '../../../src/core/training/sparse-design.js';

/** Every cell of a matrix as a slot, the intercept before them. */
export function denseDesign(matrix: Float64Array, width: number): SparseDesign {
  const rows = matrix.length / width;
  const slots = width + 1;
  const columns = Int32Array.from({ length: rows * slots }, (_, at) => at % slots);
  const values = Float64Array.from(columns, (column, at) =>
    column === 0 ? 1 : (matrix[Math.floor(at / slots) * width + column - 1] ?? 0),
  );
  return { rows, width: slots, slots, fixed: slots, columns, values };
}

/** Logistic regression with one penalty for all, as scikit-learn has it. */
export function plainLogit(
  design: SparseDesign,
  how: { labels: Uint8Array; weights: Float64Array; penalty: number },
): Float64Array {
  const blocks: PenaltyBlock[] = [{ from: 1, to: design.width, kind: 'apart' }];
  const problem = { design, labels: how.labels, rowWeights: how.weights, blocks };
  return fitPenalisedLogit(problem, Float64Array.of(how.penalty)).weights;
}
