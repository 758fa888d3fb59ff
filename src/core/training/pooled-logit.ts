import type { Curvature } from './logit-curvature.js';
import { fitPenalisedLogit, newtonStep } from './penalised-logit.js';
import type { LogitProblem } from './penalised-logit.js';
import { penalisedSquares } from './penalty-block.js';

/** Fitted weights (one per column) and penalties (one per block: 1 / variance of its weights). */
export interface PooledLogit {
  readonly weights: Float64Array;
  readonly penalties: Float64Array;
}

/** Where to begin, and how long there is. */
export interface PooledLogitOptions {
  readonly start?: PooledLogit | undefined;
  /** Milliseconds left; asked between rounds, of which the first is always made. */
  readonly remaining?: (() => number) | undefined;
}

const MAX_ROUNDS = 30;
const WEAKEST = 1e-3;
const STRONGEST = 1e5;
const FIRST = 10;

// Rounds end when the next would make the labels likelier by less than this factor's logarithm.
const STEADY = 0.05;

/**
 * Logistic regression whose blocks of weights are random effects: each block's variance is the one
 * that makes the labels most likely (empirical Bayes on Laplace's approximation), found by turns
 * with the weights; a block that says nothing is pulled to nought. Duplicates count as weights do.
 *
 * @see MacKay, "Bayesian Interpolation" (1992), section 4; Wood & Fasiolo, "A generalized
 *   Fellner-Schall method for smoothing parameter optimization" (Biometrics 2017).
 */
export function fitPooledLogit(
  problem: LogitProblem,
  { start, remaining }: PooledLogitOptions = {},
): PooledLogit {
  const { blocks } = problem;
  let penalties: Float64Array = Float64Array.from(blocks, (_, b) => start?.penalties[b] ?? FIRST);
  let { weights } = fitPenalisedLogit(problem, penalties, {
    start: Float64Array.from({ length: problem.design.width }, (_, j) => start?.weights[j] ?? 0),
    tolerance: 1e-4,
    remaining,
  });
  for (let round = 0; round < MAX_ROUNDS; round += 1) {
    const step = newtonStep(problem, penalties, weights);
    weights = step.weights;
    const next = updated(problem, { penalties, weights, curvature: step.curvature });
    penalties = next.penalties;
    if (next.gain + step.decrement / 2 < STEADY || (remaining?.() ?? Infinity) <= 0) break;
  }
  const { weights: settled } = fitPenalisedLogit(problem, penalties, {
    start: weights,
    tolerance: 1e-10,
    remaining,
  });
  return { weights: settled, penalties };
}

/** Whether a block is penalised so strongly that it says nothing. */
export function isSilent(penalty: number): boolean {
  return penalty >= STRONGEST / 10;
}

interface Update {
  readonly penalties: Float64Array;
  /** What the log marginal likelihood gains, to first order. */
  readonly gain: number;
}

function updated(
  { blocks }: LogitProblem,
  at: {
    readonly penalties: Float64Array;
    readonly weights: Float64Array;
    readonly curvature: Curvature;
  },
): Update {
  const traces = at.curvature.traces();
  let gain = 0;
  const penalties = Float64Array.from(blocks, (block, b) => {
    const penalty = at.penalties[b] ?? 0;
    // How many of the block's weights the data have determined.
    const determined = Math.max(1e-3, block.to - block.from - penalty * (traces[b] ?? 0));
    const squares = Math.max(1e-12, penalisedSquares(block, at.weights));
    const next = Math.max(WEAKEST, Math.min(STRONGEST, determined / squares));
    gain += ((determined - penalty * squares) / 2) * Math.log(next / penalty);
    return next;
  });
  return { penalties, gain };
}
