import { factorise, inverseFactorColumn, solveFactorised } from '../statistics/cholesky.js';
import { seededRandom } from '../statistics/random.js';
import { addPenalty, addPenaltyTimes } from './penalty-block.js';
import type { PenaltyBlock } from './penalty-block.js';
import { addProducts, addRows, addSquares, marginsOf } from './sparse-design.js';
import type { SparseDesign } from './sparse-design.js';

/** A Hessian as its ingredients: X' diag(curvatures) X + the blocks' penalties. */
export interface CurvatureSystem {
  readonly design: SparseDesign;
  /** One per row. */
  readonly curvatures: Float64Array;
  readonly blocks: readonly PenaltyBlock[];
  readonly penalties: Float64Array;
}

/** A Hessian H that can be solved by. */
export interface Curvature {
  solve(right: Float64Array): Float64Array;
  /** Per block, the trace of H^-1 S: how uncertain the block's squares are. */
  traces(): Float64Array;
}

// Beyond this the factorisation (cubic) costs more than solving by products with the rows.
const MAX_FACTORISED = 1000;

/** The Hessian of a system: factorised where it is small, else held as its ingredients. */
export function curvatureOf(system: CurvatureSystem): Curvature {
  return system.design.width <= MAX_FACTORISED ? factorised(system) : byProducts(system);
}

function factorised({ design, curvatures, blocks, penalties }: CurvatureSystem): Curvature {
  const size = design.width;
  const matrix = new Float64Array(size * size);
  addProducts(design, curvatures, matrix);
  blocks.forEach((block, b) => {
    addPenalty(block, penalties[b] ?? 0, { matrix, size });
  });
  factorise(matrix, size);
  return {
    solve: (right) => solveFactorised(matrix, right),
    traces: () => Float64Array.from(blocks, (block) => traceOf(block, matrix, size)),
  };
}

function traceOf({ from, to, kind }: PenaltyBlock, factor: Float64Array, size: number): number {
  let trace = 0;
  let before: Float64Array | undefined;
  for (let j = from; j < to; j += 1) {
    const column = inverseFactorColumn(factor, size, j);
    const twice = kind === 'chained' && j + 1 < to;
    trace += (twice ? 2 : 1) * dot(column, column);
    if (kind === 'chained' && before !== undefined) trace -= 2 * dot(before, column);
    before = column;
  }
  return trace;
}

const PROBES = 4;

/** Conjugate gradients; traces by random signs, the same each time (Hutchinson's estimate). */
function byProducts(system: CurvatureSystem): Curvature {
  const diagonal = diagonalOf(system);
  return {
    solve: (right) => conjugateGradient(system, diagonal, { right, accuracy: 1e-8 }),
    traces: () => {
      const { blocks } = system;
      const traces = new Float64Array(blocks.length);
      const random = seededRandom(1);
      for (let probe = 0; probe < PROBES; probe += 1) {
        const signs = Float64Array.from(diagonal, () => (random() < 0.5 ? -1 : 1));
        const solved = conjugateGradient(system, diagonal, { right: signs, accuracy: 1e-2 });
        blocks.forEach((block, b) => {
          const sums = new Float64Array(solved.length);
          addPenaltyTimes(block, 1 / PROBES, { weights: solved, sums });
          traces[b] = (traces[b] ?? 0) + dot(sums, signs);
        });
      }
      return traces;
    },
  };
}

function diagonalOf({ design, curvatures, blocks, penalties }: CurvatureSystem): Float64Array {
  // A floor keeps the intercept's pivot off nought when no row has curvature left.
  const diagonal = new Float64Array(design.width).fill(1e-12);
  addSquares(design, curvatures, diagonal);
  blocks.forEach(({ from, to, kind }, b) => {
    for (let j = from; j < to; j += 1) {
      const twice = kind === 'chained' && j + 1 < to;
      diagonal[j] = (diagonal[j] ?? 0) + (twice ? 2 : 1) * (penalties[b] ?? 0);
    }
  });
  return diagonal;
}

const MAX_ROUNDS = 300;

/** Solves H x = right with a diagonal preconditioner, to a share of the first error's length. */
function conjugateGradient(
  system: CurvatureSystem,
  diagonal: Float64Array,
  { right, accuracy }: { readonly right: Float64Array; readonly accuracy: number },
): Float64Array {
  const solution = new Float64Array(right.length);
  const residual = Float64Array.from(right);
  const direction = residual.map((value, j) => value / (diagonal[j] ?? 1));
  let energy = dot(residual, direction);
  const enough = accuracy ** 2 * energy;
  for (let round = 0; round < MAX_ROUNDS && energy > enough; round += 1) {
    const image = curvatureTimes(system, direction);
    const length = energy / dot(direction, image);
    addScaled(solution, direction, length);
    addScaled(residual, image, -length);
    const conditioned = residual.map((value, j) => value / (diagonal[j] ?? 1));
    const next = dot(residual, conditioned);
    for (let j = 0; j < direction.length; j += 1) {
      direction[j] = (conditioned[j] ?? 0) + (next / energy) * (direction[j] ?? 0);
    }
    energy = next;
  }
  return solution;
}

function curvatureTimes(system: CurvatureSystem, weights: Float64Array): Float64Array {
  const { design, curvatures, blocks, penalties } = system;
  const scales = marginsOf(design, weights);
  for (let row = 0; row < scales.length; row += 1) {
    scales[row] = (scales[row] ?? 0) * (curvatures[row] ?? 0);
  }
  const sums = new Float64Array(weights.length);
  addRows(design, scales, sums);
  blocks.forEach((block, b) => {
    addPenaltyTimes(block, penalties[b] ?? 0, { weights, sums });
  });
  return sums;
}

function addScaled(sums: Float64Array, values: Float64Array, scale: number): void {
  for (let j = 0; j < sums.length; j += 1) sums[j] = (sums[j] ?? 0) + scale * (values[j] ?? 0);
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let j = 0; j < a.length; j += 1) sum += (a[j] ?? 0) * (b[j] ?? 0);
  return sum;
}
