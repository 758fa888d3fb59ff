import type { EncodedTable } from '../features/encoding.js';
import { rowLogLoss } from '../statistics/probability-metrics.js';
import type { TrainingSet } from './classifier.js';
import { marginOf, sigmoid } from './linear-margin.js';
import { fitPenalisedLogit } from './penalised-logit.js';
import { validationFolds } from './validation-folds.js';

// From strong to weak, so that each fit starts near the next; 1 is scikit-learn's C = 1.
const PENALTIES = [1000, 300, 100, 30, 10, 3, 1, 0.3, 0.1, 0.01];
const WITHOUT_EVIDENCE = 1;

/** The penalty whose fits lose least on held-out rows; 1 where nothing can be held out. */
export function choosePenalty(
  encoded: EncodedTable,
  set: TrainingSet,
  random: () => number,
): number {
  const losses = PENALTIES.map(() => 0);
  const folds = validationFolds(set, random);
  for (const { train, test } of folds) {
    const weights = new Float64Array(set.labels.length);
    for (const row of train) weights[row] = set.weights[row] ?? 0;
    let fitted: Float64Array | undefined;
    PENALTIES.forEach((penalty, i) => {
      fitted = fitPenalisedLogit({ encoded, labels: set.labels, weights, penalty }, fitted);
      losses[i] = (losses[i] ?? 0) + heldOutLoss(encoded, set, { rows: test, fitted });
    });
  }
  if (folds.length === 0) return WITHOUT_EVIDENCE;
  return PENALTIES[losses.indexOf(Math.min(...losses))] ?? WITHOUT_EVIDENCE;
}

function heldOutLoss(
  encoded: EncodedTable,
  set: TrainingSet,
  { rows, fitted }: { readonly rows: Uint32Array; readonly fitted: Float64Array },
): number {
  let loss = 0;
  for (const row of rows) {
    const probability = sigmoid(marginOf(encoded, row, fitted));
    loss += (set.weights[row] ?? 0) * rowLogLoss(set.labels[row] ?? 0, probability);
  }
  return loss;
}
