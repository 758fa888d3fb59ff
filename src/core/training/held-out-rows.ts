import { logOdds } from './linear-margin.js';
import type { Learner, TrainingSet } from './classifier.js';
import type { Split } from './splits.js';
import { trainingSetRows } from './training-set-rows.js';

/** Rows that judge: every fold's test side, fold after fold. */
export type HeldOutRows = Omit<TrainingSet, 'table'>;

/** A learner, and the log-odds that it gave rows it had not seen. */
export interface HeldOutAnswers {
  readonly learner: Learner;
  readonly logOdds: Float64Array;
  /** Whether the time ended a fit before it was as sure as it would have become. */
  readonly isCut?: boolean;
}

// Log-odds of a probability within a billionth of 0 or 1: nothing is as sure as infinity.
const SUREST = 1e-9;

/** The rows that judge. */
export function heldOutRows(set: TrainingSet, folds: readonly Split[]): HeldOutRows {
  const tested = Uint32Array.from(folds.flatMap(({ test }) => [...test]));
  const { labels, weights, times, groups } = trainingSetRows(set, tested);
  return { labels, weights, times, groups };
}

/** Log-odds of probabilities, none of them infinite. */
export function finiteLogOdds(probabilities: Float64Array): Float64Array {
  return probabilities.map((p) => logOdds(Math.max(SUREST, Math.min(1 - SUREST, p))));
}
