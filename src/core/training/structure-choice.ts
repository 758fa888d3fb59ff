import { fitTerms } from '../features/additive-terms.js';
import { rowLogLoss } from '../statistics/scored-labels.js';
import { STRUCTURES, addPairs, fitAdditive } from './additive-fit.js';
import type { AdditiveFit, Structure } from './additive-fit.js';
import { designOf } from './additive-design.js';
import type { FitOptions, TrainingSet } from './classifier.js';
import { sigmoid } from './linear-margin.js';
import { marginsOf } from './sparse-design.js';
import { trainingSetRows } from './training-set-rows.js';
import { validationFolds } from './validation-folds.js';

/**
 * How much the model may say, by log loss on held-out rows: rolling origins where rows have a time
 * (a world that moves punishes what bends to its past), folds with groups kept whole where rows
 * only have those. Rows that stand for themselves need no trial: there the marginal likelihood can
 * be trusted, and what says nothing is pulled to nought by its variance.
 */
export function chooseStructure(
  set: TrainingSet,
  random: () => number,
  options: FitOptions = {},
): Structure {
  if (set.times === undefined && set.groups === undefined) return 'paired';
  const losses = STRUCTURES.map(() => 0);
  for (const { train, test } of validationFolds(set, random)) {
    const held = trainingSetRows(set, test);
    ladderOf(trainingSetRows(set, train), options).forEach((fit, i) => {
      losses[i] = (losses[i] ?? 0) + heldOutLoss(fit, held);
    });
  }
  return STRUCTURES[losses.indexOf(Math.min(...losses))] ?? 'curved';
}

function ladderOf(set: TrainingSet, options: FitOptions): AdditiveFit[] {
  const terms = fitTerms(set.table, set.weights);
  const straight = fitAdditive({ terms, structure: 'straight' }, set, options);
  const curved = fitAdditive({ terms, structure: 'curved' }, set, options);
  return [straight, curved, addPairs(curved, set, options)];
}

function heldOutLoss({ terms, weights }: AdditiveFit, held: TrainingSet): number {
  const margins = marginsOf(designOf(terms, held.table), weights);
  return margins.reduce(
    (sum, margin, row) =>
      sum + (held.weights[row] ?? 0) * rowLogLoss(held.labels[row] ?? 0, sigmoid(margin)),
    0,
  );
}
