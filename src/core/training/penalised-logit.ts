import { sigmoid } from './linear-margin.js';
import { curvatureOf } from './logit-curvature.js';
import type { Curvature } from './logit-curvature.js';
import { addPenaltyTimes, penalisedSquares } from './penalty-block.js';
import type { PenaltyBlock } from './penalty-block.js';
import { addRows, marginsOf } from './sparse-design.js';
import type { SparseDesign } from './sparse-design.js';

/** What to minimise: weighted log loss (a sum) + half of each block's penalty x its squares. */
export interface LogitProblem {
  readonly design: SparseDesign;
  readonly labels: Uint8Array;
  readonly rowWeights: Float64Array;
  /** Columns in no block, such as the intercept, are free. */
  readonly blocks: readonly PenaltyBlock[];
}

/** Weights, what they cost, and how much a whole Newton step from them would still have gained. */
export interface LogitState {
  readonly weights: Float64Array;
  readonly loss: number;
  readonly decrement: number;
  /** Of the point that the last step began from. */
  readonly curvature: Curvature;
}

const MAX_STEPS = 60;

/**
 * Block-penalised logistic regression by Newton's method with step halving, until a step promises
 * less than `tolerance` per unit of weight; with one block of one penalty the same optimum as
 * scikit-learn's `LogisticRegression(C=1/penalty)`.
 */
export function fitPenalisedLogit(
  problem: LogitProblem,
  penalties: Float64Array,
  {
    start,
    tolerance = 1e-11,
    remaining = () => Infinity,
  }: {
    readonly start?: Float64Array;
    readonly tolerance?: number;
    /** Milliseconds left; asked between steps, of which the first is always made. */
    readonly remaining?: (() => number) | undefined;
  } = {},
): LogitState {
  const total = problem.rowWeights.reduce((sum, weight) => sum + weight, 0);
  let state = newtonStep(problem, penalties, start ?? new Float64Array(problem.design.width));
  const goOn = (): boolean => state.decrement > tolerance * total && remaining() > 0;
  for (let step = 1; step < MAX_STEPS && goOn(); step += 1) {
    const next = newtonStep(problem, penalties, state.weights);
    // Rounding hides the gain of steps this close to the optimum.
    if (next.loss >= state.loss) return next;
    state = next;
  }
  return state;
}

/** One Newton step, halved until it gains; no step at all where none does. */
export function newtonStep(
  problem: LogitProblem,
  penalties: Float64Array,
  weights: Float64Array,
): LogitState {
  const { design, labels, rowWeights, blocks } = problem;
  const margins = marginsOf(design, weights);
  const loss = objective(problem, penalties, { weights, margins });
  const errors = new Float64Array(design.rows);
  const curvatures = new Float64Array(design.rows);
  for (let row = 0; row < design.rows; row += 1) {
    const importance = rowWeights[row] ?? 0;
    const probability = sigmoid(margins[row] ?? 0);
    errors[row] = importance * (probability - (labels[row] ?? 0));
    curvatures[row] = importance * probability * (1 - probability);
  }
  const gradient = new Float64Array(design.width);
  addRows(design, errors, gradient);
  blocks.forEach((block, b) => {
    addPenaltyTimes(block, penalties[b] ?? 0, { weights, sums: gradient });
  });
  const curvature = curvatureOf({ design, curvatures, blocks, penalties });
  const direction = curvature.solve(gradient);
  const decrement = direction.reduce((sum, d, j) => sum + d * (gradient[j] ?? 0), 0);
  const along = marginsOf(design, direction);
  for (let length = 1; length > 1e-6; length /= 2) {
    const next = weights.map((weight, j) => weight - length * (direction[j] ?? 0));
    const moved = margins.map((margin, row) => margin - length * (along[row] ?? 0));
    const reached = objective(problem, penalties, { weights: next, margins: moved });
    // Armijo's rule; near the optimum rounding hides the gain, so an equal loss is taken too.
    if (reached <= loss - 1e-4 * length * decrement + 1e-12 * Math.abs(loss)) {
      return { weights: next, loss: reached, decrement, curvature };
    }
  }
  return { weights, loss, decrement: 0, curvature };
}

function objective(
  { labels, rowWeights, blocks }: LogitProblem,
  penalties: Float64Array,
  { weights, margins }: { readonly weights: Float64Array; readonly margins: Float64Array },
): number {
  let loss = 0;
  blocks.forEach((block, b) => {
    loss += ((penalties[b] ?? 0) / 2) * penalisedSquares(block, weights);
  });
  for (let row = 0; row < margins.length; row += 1) {
    const margin = margins[row] ?? 0;
    const against = labels[row] === 1 ? -margin : margin;
    // log(1 + e^x) without overflow.
    const cost = Math.max(0, against) + Math.log1p(Math.exp(-Math.abs(against)));
    loss += (rowWeights[row] ?? 0) * cost;
  }
  return loss;
}
