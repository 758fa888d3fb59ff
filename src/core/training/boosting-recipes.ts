import type { BoostingRecipe } from './boosting-run.js';

/** One or more to choose from. */
export type BoostingRecipes = readonly [BoostingRecipe, ...BoostingRecipe[]];

/** From so many rows trees are large, and one part held out chooses as well as folds. */
export const MANY_ROWS = 15_000;

const LARGE_TREES: BoostingRecipe = {
  leaves: 31,
  learningRate: 0.05,
  minWeight: 20,
  minHessian: 1e-3,
  l2: 1,
  featureShare: 1,
  // As LightGBM's defaults, but for trees that take categories one at a time.
  categories: {
    smooth: 10,
    l2: 10,
    most: 32,
    minGroup: 100,
    mostSingle: { sets: 4, singles: 32 },
  },
};
export const SMALL_TREES: BoostingRecipe = { ...LARGE_TREES, leaves: 8 };
const SMALL_TREES_BY_HALVES: BoostingRecipe = { ...SMALL_TREES, featureShare: 0.5 };

/** From so many rows steps of .075, then of .1: smaller ones gain little there and cost as much again. */
const LONGER_STEPS = [
  { rows: 50_000, learningRate: 0.1 },
  { rows: MANY_ROWS, learningRate: 0.075 },
];

/** Of more features a tree has as many at hand as this share is: as good, in a third of the time. */
const MANY_FEATURES = 100;
const DRAWN_OF_MANY = 0.3;

/** Of fewer features and rows half are not tried: no better, and it takes half as long again. */
const FEW_FEATURES = 10;

/**
 * The recipes that held-out rows choose from: trees of 31 leaves, on fewer rows also of 8 (a few
 * thousand rows bear no more), each with all features at hand or a half drawn for every tree.
 */
export function boostingRecipes(rows: number, features: number): BoostingRecipes {
  const drawn = features > MANY_FEATURES ? DRAWN_OF_MANY : 1;
  const [first, ...others] = recipesFor(rows, features);
  const withDrawn = (recipe: BoostingRecipe): BoostingRecipe => {
    return { ...recipe, featureShare: drawn * recipe.featureShare };
  };
  return [withDrawn(first), ...others.map(withDrawn)];
}

function recipesFor(rows: number, features: number): BoostingRecipes {
  const longer = LONGER_STEPS.find((step) => rows >= step.rows);
  if (longer === undefined) {
    const halves = features < FEW_FEATURES ? [] : [SMALL_TREES_BY_HALVES];
    return [LARGE_TREES, SMALL_TREES, ...halves];
  }
  const fast = { ...LARGE_TREES, learningRate: longer.learningRate };
  return [fast, { ...fast, featureShare: 0.5 }];
}
