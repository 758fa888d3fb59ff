import { seededRandom } from '../statistics/random.js';
import { binaryLogLoss } from './boosting-loss.js';
import { BoostingRun } from './boosting-run.js';
import type { BoostingRecipe, BoostingRows } from './boosting-run.js';
import type { TrainingSet } from './classifier.js';
import { stratifiedSplit } from './splits.js';
import type { Split } from './splits.js';
import { mixedFolds } from './validation-folds.js';

/** A recipe and how many trees to boost by it. */
export interface BoostingChoice {
  readonly recipe: BoostingRecipe;
  readonly rounds: number;
}

/** At least one. */
type BoostingRecipes = readonly [BoostingRecipe, ...BoostingRecipe[]];

/** From so many rows one part held out says enough, and folds would cost more than they tell. */
const LARGE = 15_000;
const HELD_OUT = 0.2;
const MOST_ROUNDS = 1000;
const PATIENCE = 30;

/** Where nothing can be held out. */
const BLIND_ROUNDS = 20;

/**
 * Chooses recipe and number of trees by log loss on held-out rows (stratified, groups whole, mixed
 * over time as for the logistic penalty). The folds of a recipe grow side by side, and stop when
 * their common loss has not fallen for a while.
 */
export function chooseBoosting(
  rows: BoostingRows,
  set: TrainingSet,
  { recipes, random }: { readonly recipes: BoostingRecipes; readonly random: () => number },
): BoostingChoice {
  const folds = foldsOf(set, random);
  const seed = Math.floor(random() * 2 ** 32);
  let best = { recipe: recipes[0], rounds: BLIND_ROUNDS, loss: Number.POSITIVE_INFINITY };
  for (const recipe of folds.length === 0 ? [] : recipes) {
    const runs = folds.map(({ train, test }, fold) => {
      const sides = { train: Int32Array.from(train), test: Int32Array.from(test) };
      const how = { recipe, loss: binaryLogLoss, random: seededRandom(seed + fold) };
      return new BoostingRun(rows, sides, how);
    });
    const reached = boostTogether(runs);
    if (reached.loss < best.loss) best = { recipe, ...reached };
  }
  return best;
}

function foldsOf(set: TrainingSet, random: () => number): readonly Split[] {
  if (set.labels.length < LARGE) return mixedFolds(set, random);
  return [stratifiedSplit(set, HELD_OUT, random)];
}

function boostTogether(runs: readonly BoostingRun[]): { rounds: number; loss: number } {
  const lossNow = (): number => runs.reduce((sum, run) => sum + run.testLoss(), 0);
  let best = { rounds: 0, loss: lossNow() };
  for (let round = 1; round <= MOST_ROUNDS; round += 1) {
    const grew = runs.map((run) => run.step());
    if (!grew.includes(true)) break;
    const loss = lossNow();
    if (loss < best.loss) best = { rounds: round, loss };
    else if (round - best.rounds >= PATIENCE) break;
  }
  return best;
}
