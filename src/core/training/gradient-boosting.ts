import { binTable } from './binned-table.js';
import type { FeatureBins } from './boosting-bins.js';
import { chooseBoosting, HASTY_RATE } from './boosting-choice.js';
import type { BoostingChoice } from './boosting-choice.js';
import { BoostingClassifier, parseBoostingParameters } from './boosting-classifier.js';
import { binaryLogLoss } from './boosting-loss.js';
import { boostingRecipes, SMALL_TREES } from './boosting-recipes.js';
import type { BoostingRecipes } from './boosting-recipes.js';
import { BoostingRun } from './boosting-run.js';
import type { BoostingRows } from './boosting-run.js';
import { classBalance } from './class-balance.js';
import type { FitOptions, FitResult, Learner, TimeCut, TrainingSet } from './classifier.js';
import { packTrees } from './tree-ensemble.js';
import type { GrownNodes } from './tree-growth.js';
import type { TreeFeature } from './tree-inputs.js';
import { trainingSetRows } from './training-set-rows.js';

/** Of the rarer class, for `auto` to try it: with fewer, trees split on chance. */
const FEWEST = 50;

/**
 * Histogram gradient boosting for log loss: leaf-wise trees on binned features, missing values and
 * categories split on as they are. Recipe and number of trees are those with the smallest log loss
 * on held-out rows; then all rows are boosted on.
 */
export const gradientBoostingLearner = learnerBy(boostingRecipes);

/** The same with trees of 8 leaves alone: a fraction of the time where the last of the loss is not needed. */
export const smallTreesLearner = learnerBy(() => [SMALL_TREES]);

function learnerBy(recipesFor: (rows: number, features: number) => BoostingRecipes): Learner {
  return {
    name: 'boosting',
    fewest: FEWEST,
    fit(given: TrainingSet, random: () => number, options: FitOptions = {}): FitResult {
      const balance = classBalance(given);
      if (balance.kind === 'one-sided') {
        return { kind: 'insufficient-data', reason: balance.reason };
      }
      const set = rowsThatCount(given);
      const { labels, weights } = set;
      const rows: BoostingRows = { binned: binTable(set.table, weights), targets: labels, weights };
      const weight = weights.reduce((sum, one) => sum + one, 0);
      const recipes = recipesFor(weight, rows.binned.columns.length);
      const remaining = options.remaining ?? ((): number => Number.POSITIVE_INFINITY);
      // The last fit takes about as long as the choice.
      const half = remaining() / 2;
      const isLate = (): boolean => remaining() < half;
      const choice = chooseBoosting(rows, set, { recipes, random, isLate });
      options.progress?.(0.5);
      return { kind: 'fitted', ...fitted(rows, choice, { random, remaining }) };
    },
    load({ parameters, weights }) {
      return new BoostingClassifier(parseBoostingParameters(parameters), weights);
    },
  };
}

function rowsThatCount(set: TrainingSet): TrainingSet {
  if (set.weights.every((weight) => weight > 0)) return set;
  const rows = Uint32Array.from(set.weights.keys()).filter((row) => (set.weights[row] ?? 0) > 0);
  return trainingSetRows(set, rows);
}

function fitted(
  rows: BoostingRows,
  choice: BoostingChoice,
  { random, remaining }: { readonly random: () => number; readonly remaining: () => number },
): { readonly classifier: BoostingClassifier; readonly cut: TimeCut | undefined } {
  const { bins } = rows.binned;
  const train = Int32Array.from({ length: rows.binned.rows }, (_, row) => row);
  const how = { recipe: choice.recipe, loss: binaryLogLoss, random };
  const run = new BoostingRun(rows, { train, test: new Int32Array() }, how);
  const left = boost(run, choice, remaining);
  const { shape, weights } = packTrees(run.trees, bins);
  const features = bins.map(treeFeature);
  const gainShares = sharesOfGain(run.trees, bins.length);
  const parameters = { features, shape, baseLogOdds: run.start, gainShares };
  const classifier = new BoostingClassifier(parameters, weights);
  return { classifier, cut: choice.isCut || left > 0 ? 'unsure' : undefined };
}

/** After so many it is known how long one takes. */
const PACED_STEPS = 5;

/**
 * Boosts as far as was chosen: where the time left is too short for that, by longer steps. Answers how
 * many rounds were left when it was up.
 */
function boost(
  run: BoostingRun,
  { recipe, rounds }: BoostingChoice,
  remaining: () => number,
): number {
  const begun = remaining();
  const longest = HASTY_RATE / recipe.learningRate;
  let left = rounds;
  for (let steps = 0; left > 0 && remaining() > 0; steps += 1) {
    const affordable = (steps * remaining()) / (begun - remaining());
    const isShort = steps >= PACED_STEPS && affordable < left;
    const stretch = Math.min(left, isShort ? Math.min(longest, left / affordable) : 1);
    if (!run.step(stretch)) return 0;
    left -= stretch;
  }
  return left;
}

function treeFeature(bins: FeatureBins): TreeFeature {
  return bins.kind === 'numeric' ? { kind: 'numeric', name: bins.name } : bins;
}

function sharesOfGain(trees: readonly GrownNodes[], features: number): number[] {
  const gains = new Array<number>(features).fill(0);
  for (const { split } of trees.flatMap(({ nodes }) => nodes)) {
    if (split !== null) gains[split.feature] = (gains[split.feature] ?? 0) + split.gain;
  }
  const total = gains.reduce((sum, gain) => sum + gain, 0);
  return total > 0 ? gains.map((gain) => gain / total) : gains;
}
