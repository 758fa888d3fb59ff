import { seededRandom } from '../statistics/random.js';
import { binaryLogLoss } from './boosting-loss.js';
import { MANY_ROWS } from './boosting-recipes.js';
import type { BoostingRecipes } from './boosting-recipes.js';
import { BoostingRun } from './boosting-run.js';
import type { BoostingRecipe, BoostingRows } from './boosting-run.js';
import type { TrainingSet } from './classifier.js';
import { RefinedLoss } from './refined-loss.js';
import { stratifiedSplit, timeBlocks } from './splits.js';
import type { Split } from './splits.js';
import { isOnePartEnough, mixedFolds } from './validation-folds.js';

/** A recipe and how many trees to boost by it. */
export interface BoostingChoice {
  readonly recipe: BoostingRecipe;
  readonly rounds: number;
  /** Whether time ended the recipe while more trees might have helped. */
  readonly isCut: boolean;
}

const HELD_OUT = 0.2;
const TIME_BLOCKS = 3;

/** Of many rows. */
const LONG_TIME_BLOCKS = 2;

/** Trees of the choice, at most. */
const MOST_ROUNDS = 300;

/** A choice is hurried: trees learn at this rate, and so many without progress end it. */
export const HASTY_RATE = 0.15;
const PATIENCE = 10;

/** Where nothing can be held out. */
const BLIND_ROUNDS = 20;

/**
 * Chooses recipe and number of trees by log loss on held-out rows, groups whole: folds, or one part of
 * many rows, unless one class is rare. Where rows have a time it is stretches of time (rows near in
 * time are alike, which mixed folds would reward) and what remains of the loss there once level and
 * confidence are mended. The folds of a recipe grow side by side and stop when their common loss has
 * not fallen for a while. They learn hastily: rounds x learning rate is what matters.
 */
export function chooseBoosting(
  rows: BoostingRows,
  set: TrainingSet,
  how: {
    readonly recipes: BoostingRecipes;
    readonly random: () => number;
    /** Whether time is up: the best so far is then taken. */
    readonly isLate: () => boolean;
  },
): BoostingChoice {
  const { recipes, random, isLate } = how;
  const folds = foldsOf(set, random);
  const seed = Math.floor(random() * 2 ** 32);
  const blind = { rounds: BLIND_ROUNDS, loss: Number.POSITIVE_INFINITY, isCut: false };
  let best = { recipe: recipes[0], ...blind };
  for (const recipe of folds.length === 0 ? [] : recipes) {
    if (isLate() && best.loss < Number.POSITIVE_INFINITY) break;
    const hasty = { ...recipe, learningRate: HASTY_RATE };
    const runs = folds.map(({ train, test }, fold) => {
      const sides = { train: Int32Array.from(train), test: Int32Array.from(test) };
      const random = seededRandom(seed + fold);
      return new BoostingRun(rows, sides, { recipe: hasty, loss: binaryLogLoss, random });
    });
    const lossNow = set.times === undefined ? plainLoss(runs) : refinedLoss(runs, rows);
    const { rounds, loss, isCut } = boostTogether(runs, lossNow, isLate);
    const asFar = Math.round((HASTY_RATE / recipe.learningRate) * rounds);
    if (loss < best.loss) best = { recipe, rounds: asFar, loss, isCut };
  }
  return best;
}

const plainLoss = (runs: readonly BoostingRun[]) => (): number =>
  runs.reduce((sum, run) => sum + run.testLoss(), 0);

function refinedLoss(runs: readonly BoostingRun[], rows: BoostingRows): () => number {
  const losses = runs.map(({ start, scores, sides }) => {
    const refined = new RefinedLoss(rows, sides.test, start);
    return (): number => refined.of(scores);
  });
  return () => losses.reduce((sum, lossNow) => sum + lossNow(), 0);
}

function foldsOf(set: TrainingSet, random: () => number): readonly Split[] {
  const { times, groups, labels } = set;
  if (times !== undefined) {
    const blocks = labels.length < MANY_ROWS ? TIME_BLOCKS : LONG_TIME_BLOCKS;
    return timeBlocks({ times, groups }, blocks).filter(({ train }) => isMixed(labels, train));
  }
  if (!isOnePartEnough(set, MANY_ROWS)) return mixedFolds(set, random);
  return [stratifiedSplit(set, HELD_OUT, random)];
}

function isMixed(labels: Uint8Array, rows: Uint32Array): boolean {
  return new Set(Array.from(rows, (row) => labels[row])).size === 2;
}

function boostTogether(
  runs: readonly BoostingRun[],
  lossNow: () => number,
  isLate: () => boolean,
): { rounds: number; loss: number; isCut: boolean } {
  let best = { rounds: 0, loss: lossNow() };
  for (let round = 1; round <= MOST_ROUNDS; round += 1) {
    if (isLate()) return { ...best, isCut: true };
    const goOn = runs.map((run) => run.step());
    if (!goOn.includes(true)) break;
    const loss = lossNow();
    if (loss < best.loss) best = { rounds: round, loss };
    else if (round - best.rounds >= PATIENCE) break;
  }
  return { ...best, isCut: false };
}
