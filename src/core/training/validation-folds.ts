import type { TrainingSet } from './classifier.js';
import { rollingOrigin, stratifiedFolds } from './splits.js';
import type { Split } from './splits.js';

const SMALL = 5000;

/**
 * How a training set is cut to judge what was learned: later rows judge earlier ones (three rolling
 * origins) where rows have a time, else stratified folds (five, three from 5000 rows). Groups stay
 * whole. Folds whose training side has one class alone are left out.
 */
export function validationFolds(
  set: TrainingSet,
  random: () => number,
  embargo = 0,
): readonly Split[] {
  if (set.times === undefined) return mixedFolds(set, random);
  const { times, groups } = set;
  return rollingOrigin({ times, groups }, { embargo }).filter(({ train }) =>
    hasBothClasses(set, train),
  );
}

/** Stratified folds over all times, groups kept whole: five, three from 5000 rows. */
export function mixedFolds(set: TrainingSet, random: () => number): readonly Split[] {
  const count = set.labels.length < SMALL ? 5 : 3;
  return stratifiedFolds(set, count, random).filter(({ train }) => hasBothClasses(set, train));
}

function hasBothClasses({ labels, weights }: TrainingSet, rows: Uint32Array): boolean {
  const known = new Set<number>();
  for (const row of rows) {
    if ((weights[row] ?? 0) > 0) known.add(labels[row] ?? 0);
  }
  return known.size === 2;
}
