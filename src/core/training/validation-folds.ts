import { rarerClass } from './calibration-choice.js';
import type { TrainingSet } from './classifier.js';
import { rollingOrigin, stratifiedFolds, stratifiedSplit } from './splits.js';
import type { Split } from './splits.js';

/** Without a table nothing is fitted on them but a calibration. */
type Rows = Omit<TrainingSet, 'table'> & Partial<Pick<TrainingSet, 'table'>>;

const ORIGINS = 3;
const SMALL = 5000;
const LARGE = 20_000;
const HELD_OUT = 0.25;

/** Rows of the rarer class from which a part of many rows judges as well as folds do. */
const ENOUGH = 400;

const MANY_CELLS = 500_000;

/** Whether fits take long though rows are few, for the number of features. */
function isWide({ labels, table }: Rows): boolean {
  return labels.length * (table?.schema.features.length ?? 0) >= MANY_CELLS;
}

/**
 * How a training set is cut to judge what was learned: later rows judge earlier ones (three rolling
 * origins) where rows have a time, else stratified folds (five, three from 5000 rows), from 20,000
 * rows with 400 of either class, or from 500,000 cells, one stratified quarter alone: it says as
 * much as is needed. Groups stay whole. Folds whose training side has one class alone are left out.
 */
export function validationFolds(set: Rows, random: () => number, embargo = 0): readonly Split[] {
  if (set.times === undefined) {
    if (!isOneJudged(set)) return mixedFolds(set, random);
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
export function foldCount(set: Rows): number {
  if (set.times !== undefined) return ORIGINS;
  return isOneJudged(set) ? 1 : mixedCount(set);
}

/** Stratified folds over all times, groups kept whole: five, three where they take longer. */
export function mixedFolds(set: Rows, random: () => number): readonly Split[] {
  return stratifiedFolds(set, mixedCount(set), random).filter(({ train }) =>
    hasBothClasses(set, train),
  );
}

function mixedCount(set: Rows): number {
  return set.labels.length < SMALL && !isWide(set) ? 5 : 3;
}

const isOneJudged = (set: Rows): boolean => isOnePartEnough(set, LARGE) || isWide(set);

/** Whether one part held out says as much as is needed: of so many rows, not too few of either class. */
export function isOnePartEnough({ labels }: Pick<Rows, 'labels'>, rows: number): boolean {
  return labels.length >= rows && rarerClass(labels) >= ENOUGH;
}

function hasBothClasses({ labels, weights }: Rows, rows: Uint32Array): boolean {
  const known = new Set<number>();
  for (const row of rows) {
    if ((weights[row] ?? 0) > 0) known.add(labels[row] ?? 0);
  }
  return known.size === 2;
}
