import type { TrainingSet } from './classifier.js';
import { rollingOrigin, stratifiedFolds, stratifiedSplit } from './splits.js';
import type { Split } from './splits.js';

type Rows = Omit<TrainingSet, 'table'>;

const ORIGINS = 3;
const SMALL = 5000;
const LARGE = 20_000;
const HELD_OUT = 0.25;

/**
 * How a training set is cut to judge what was learned: later rows judge earlier ones (three rolling
 * origins) where rows have a time, else stratified folds (five, three from 5000 rows), from 20,000
 * rows one stratified quarter alone: it says as much as is needed. Groups stay whole. Folds whose
 * training side has one class alone are left out.
 */
export function validationFolds(set: Rows, random: () => number, embargo = 0): readonly Split[] {
  if (set.times === undefined) {
    if (set.labels.length < LARGE) return mixedFolds(set, random);
    return [stratifiedSplit(set, HELD_OUT, random)].filter(({ train }) =>
      hasBothClasses(set, train),
    );
  }
  const { times, groups } = set;
  return rollingOrigin({ times, groups }, { folds: ORIGINS, embargo }).filter(({ train }) =>
    hasBothClasses(set, train),
  );
}

/** How many folds judge a set, at most. */
export function foldCount({ labels, times }: Rows): number {
  if (times !== undefined) return ORIGINS;
  return labels.length < LARGE ? mixedCount(labels.length) : 1;
}

/** Stratified folds over all times, groups kept whole: five, three from 5000 rows. */
export function mixedFolds(set: Rows, random: () => number): readonly Split[] {
  return stratifiedFolds(set, mixedCount(set.labels.length), random).filter(({ train }) =>
    hasBothClasses(set, train),
  );
}

function mixedCount(rows: number): number {
  return rows < SMALL ? 5 : 3;
}

function hasBothClasses({ labels, weights }: Rows, rows: Uint32Array): boolean {
  const known = new Set<number>();
  for (const row of rows) {
    if ((weights[row] ?? 0) > 0) known.add(labels[row] ?? 0);
  }
  return known.size === 2;
}
