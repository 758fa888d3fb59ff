import type { BoostingRecipe } from './boosting-run.js';

/** The recipes to choose from for so many rows (by weight). */
export function boostingRecipes(_rows: number): readonly [BoostingRecipe, ...BoostingRecipe[]] {
  return [BASE];
}

const BASE: BoostingRecipe = {
  leaves: 31,
  learningRate: 0.05,
  minWeight: 20,
  minHessian: 1e-3,
  l2: 1,
  featureShare: 1,
  categories: { smooth: 10, l2: 10, most: 32, minGroup: 100, mostSingle: 4 },
};
