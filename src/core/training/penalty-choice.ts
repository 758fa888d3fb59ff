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
 * Among penalties within one standard error of the best, the one nearest to 1 is taken, so that
 * noise alone moves nothing (after Breiman's one-standard-error rule).
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
  return rowWeights.length === 0 ? DEFAULT : nearestToDefault(losses, rowWeights);
}

function heldOutLoss(
  encoded: EncodedTable,
  set: TrainingSet,
  { row, fitted }: { readonly row: number; readonly fitted: Float64Array },
): number {
  return rowLogLoss(set.labels[row] ?? 0, sigmoid(marginOf(encoded, row, fitted)));
}

function nearestToDefault(losses: readonly number[][], weights: readonly number[]): number {
  const means = losses.map((column) => weightedMean(column, weights));
  const best = losses[means.indexOf(Math.min(...means))] ?? [];
  const close = PENALTIES.filter((_, i) => {
    const excess = (losses[i] ?? []).map((loss, row) => loss - (best[row] ?? 0));
    const mean = weightedMean(excess, weights);
    return mean <= standardError(excess, weights, mean);
  });
  const distance = (penalty: number): number => Math.abs(Math.log(penalty / DEFAULT));
  return close.reduce((a, b) => (distance(b) < distance(a) ? b : a), close[0] ?? DEFAULT);
}

function weightedMean(values: readonly number[], weights: readonly number[]): number {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return values.reduce((sum, value, i) => sum + value * (weights[i] ?? 0), 0) / total;
}

/** Weights are repeats, so that a row of weight two says as much as the row given twice. */
function standardError(
  values: readonly number[],
  weights: readonly number[],
  mean: number,
): number {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const squares = values.map((value) => (value - mean) ** 2);
  return Math.sqrt(weightedMean(squares, weights) / total);
}
