import type { EncodedTable } from '../features/encoding.js';
import { rowLogLoss } from '../statistics/probability-metrics.js';
import type { TrainingSet } from './classifier.js';
import { marginOf, sigmoid } from './linear-margin.js';
import { fitPenalisedLogit } from './penalised-logit.js';
import { mixedFolds } from './validation-folds.js';

// From strong to weak, so that each fit starts near the next; 1 is scikit-learn's C = 1.
const PENALTIES = [1000, 300, 100, 30, 10, 3, 1, 0.3, 0.1];
const DEFAULT = 1;

// Enough to compare penalties; the final fit goes to rounding.
const TOLERANCE = 1e-6;

/**
 * Chooses the penalty by log loss on held-out rows, stratified and with groups kept whole. Rows are
 * mixed over time on purpose: the penalty answers how far so many rows can be trusted, and a later
 * stretch would answer how far the world has moved, which shrinking does not mend (measured: cuts by
 * time cost up to .1 ROC-AUC where it moves). Claims about performance stay with rolling origins.
 * The smallest mean decides; of equal ones the stronger. (A rule that kept to 1 within one standard
 * error left a few hundred episodes all but unpenalised: log loss .400 where .324 was to be had.)
 */
export function choosePenalty(
  encoded: EncodedTable,
  set: TrainingSet,
  random: () => number,
): number {
  const folds = mixedFolds(set, random);
  const losses = PENALTIES.map(() => [] as number[]);
  for (const { train, test } of folds) {
    const weights = new Float64Array(set.labels.length);
    for (const row of train) weights[row] = set.weights[row] ?? 0;
    let fitted: Float64Array | undefined;
    PENALTIES.forEach((penalty, i) => {
      const problem = { encoded, labels: set.labels, weights, penalty, tolerance: TOLERANCE };
      fitted = fitPenalisedLogit(problem, fitted);
      for (const row of test) losses[i]?.push(heldOutLoss(encoded, set, { row, fitted }));
    });
  }
  const rowWeights = folds.flatMap(({ test }) => Array.from(test, (row) => set.weights[row] ?? 0));
  return rowWeights.length === 0 ? DEFAULT : smallestLoss(losses, rowWeights);
}

function heldOutLoss(
  encoded: EncodedTable,
  set: TrainingSet,
  { row, fitted }: { readonly row: number; readonly fitted: Float64Array },
): number {
  return rowLogLoss(set.labels[row] ?? 0, sigmoid(marginOf(encoded, row, fitted)));
}

function smallestLoss(losses: readonly number[][], weights: readonly number[]): number {
  const means = losses.map((column) => weightedMean(column, weights));
  return PENALTIES[means.indexOf(Math.min(...means))] ?? DEFAULT;
}

function weightedMean(values: readonly number[], weights: readonly number[]): number {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return values.reduce((sum, value, i) => sum + value * (weights[i] ?? 0), 0) / total;
}
