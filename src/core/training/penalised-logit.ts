import { solveCholesky } from '../statistics/cholesky.js';
import type { EncodedTable } from '../features/encoding.js';
import { marginOf, sigmoid } from './linear-margin.js';
import { addCurvature, addGradient, solveByConjugateGradient } from './logit-derivatives.js';

/** What to minimise: weighted log loss (a sum) + penalty / 2 x squared weights, intercept free. */
export interface LogitProblem {
  readonly encoded: EncodedTable;
  readonly labels: Uint8Array;
  /** Rows of weight zero are left out. */
  readonly weights: Float64Array;
  /** 1 / C of scikit-learn. */
  readonly penalty: number;
  /** Stops once a step promises less than this per unit of weight; 1e-11 where absent. */
  readonly tolerance?: number | undefined;
}

const MAX_STEPS = 60;
const TOLERANCE = 1e-11;

// Beyond this the factorisation (cubic) costs more than solving by products with the rows.
const MAX_FACTORISED = 1200;

/**
 * L2-penalised logistic regression by Newton's method with step halving: exact to rounding, the
 * same optimum as scikit-learn's `LogisticRegression(C=1/penalty)`.
 *
 * @returns intercept, then one weight per column.
 */
export function fitPenalisedLogit(problem: LogitProblem, start?: Float64Array): Float64Array {
  const rows = Uint32Array.from(problem.labels.keys()).filter(
    (row) => (problem.weights[row] ?? 0) > 0,
  );
  const total = rows.reduce((sum, row) => sum + (problem.weights[row] ?? 0), 0);
  let weights = start ?? new Float64Array(problem.encoded.width + 1);
  let loss = objective(problem, rows, weights);
  for (let step = 0; step < MAX_STEPS; step += 1) {
    const { direction, decrement } = newtonDirection(problem, rows, weights);
    const next = search({ problem, rows, weights, direction }, loss, decrement);
    if (next === null) break;
    weights = next.weights;
    loss = next.loss;
    if (decrement <= (problem.tolerance ?? TOLERANCE) * total) break;
  }
  return weights;
}

function newtonDirection(
  problem: LogitProblem,
  rows: Uint32Array,
  weights: Float64Array,
): { direction: Float64Array; decrement: number } {
  const { encoded, penalty } = problem;
  const size = weights.length;
  const gradient = Float64Array.from(weights, (weight, j) => (j === 0 ? 0 : penalty * weight));
  const curvatures = new Float64Array(rows.length);
  rows.forEach((row, i) => {
    const importance = problem.weights[row] ?? 0;
    const probability = sigmoid(marginOf(encoded, row, weights));
    addGradient(encoded, row, {
      scale: importance * (probability - (problem.labels[row] ?? 0)),
      gradient,
    });
    curvatures[i] = importance * probability * (1 - probability);
  });
  const system = { encoded, rows, curvatures, penalty };
  const direction =
    size <= MAX_FACTORISED
      ? solveCholesky(hessian(system, size), gradient)
      : solveByConjugateGradient(system, gradient);
  const decrement = direction.reduce((sum, d, j) => sum + d * (gradient[j] ?? 0), 0);
  return { direction, decrement };
}

function hessian(
  system: {
    readonly encoded: EncodedTable;
    readonly rows: Uint32Array;
    readonly curvatures: Float64Array;
    readonly penalty: number;
  },
  size: number,
): Float64Array {
  const matrix = new Float64Array(size * size);
  for (let j = 1; j < size; j += 1) matrix[j * size + j] = system.penalty;
  addCurvature(system, matrix, size);
  return matrix;
}

function search(
  from: {
    readonly problem: LogitProblem;
    readonly rows: Uint32Array;
    readonly weights: Float64Array;
    readonly direction: Float64Array;
  },
  loss: number,
  decrement: number,
): { weights: Float64Array; loss: number } | null {
  const { problem, rows, weights, direction } = from;
  for (let length = 1; length > 1e-6; length /= 2) {
    const next = weights.map((weight, j) => weight - length * (direction[j] ?? 0));
    const reached = objective(problem, rows, next);
    // Armijo's rule; near the optimum rounding hides the gain, so an equal loss is taken too.
    if (reached <= loss - 1e-4 * length * decrement + 1e-12 * Math.abs(loss)) {
      return { weights: next, loss: reached };
    }
  }
  return null;
}

function objective(problem: LogitProblem, rows: Uint32Array, weights: Float64Array): number {
  const { encoded, labels, penalty } = problem;
  let loss = 0;
  for (let j = 1; j < weights.length; j += 1) loss += (penalty / 2) * (weights[j] ?? 0) ** 2;
  for (const row of rows) {
    const margin = marginOf(encoded, row, weights);
    const against = labels[row] === 1 ? -margin : margin;
    // log(1 + e^x) without overflow.
    const cost = Math.max(0, against) + Math.log1p(Math.exp(-Math.abs(against)));
    loss += (problem.weights[row] ?? 0) * cost;
  }
  return loss;
}
