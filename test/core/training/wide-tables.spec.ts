import { describe, expect, it } from '@jest/globals';

import { fitTerms } from '../../../src/core/features/additive-terms.js';
import type { FeatureTable } from '../../../src/core/features/feature-schema.js';
import { seededRandom } from '../../../src/core/statistics/random.js';
import { boostingRecipes } from '../../../src/core/training/boosting-recipes.js';
import {
  foldCount,
  mixedFolds,
  validationFolds,
} from '../../../src/core/training/validation-folds.js';

function numbers(rows: number, features: number): FeatureTable {
  const random = seededRandom(1);
  const names = Array.from({ length: features }, (_, i) => `f${i}`);
  return {
    schema: { features: names.map((name) => ({ name, kind: 'numeric' })) },
    rows,
    numeric: new Map(names.map((name) => [name, Float64Array.from({ length: rows }, random)])),
    categorical: new Map(),
  };
}

describe('a table of many features', () => {
  it.each([
    ['curves where a step of the fit is cheap', 100, 1, 5],
    ['lines where it is dear', 100, 1000, 1],
    ['lines where curves are too many to be told apart', 200, 1, 1],
  ])('has %s', (_, features, weight, bins) => {
    const { numeric } = fitTerms(numbers(20, features), new Float64Array(20).fill(weight));
    expect(new Set(numeric.map(({ edges }) => edges.length))).toEqual(new Set([bins + 1]));
  });

  it.each([
    [10, 5],
    [200, 3],
  ])('is judged in fewer folds: %i features', (features, folds) => {
    const labels = Uint8Array.from({ length: 3000 }, (_, row) => row % 2);
    const weights = new Float64Array(3000).fill(1);
    const set = { labels, weights, table: numbers(3000, features) };
    expect(mixedFolds(set, seededRandom(2))).toHaveLength(folds);
    const judged = validationFolds(set, seededRandom(2));
    expect(judged).toHaveLength(features === 10 ? folds : 1);
    expect(foldCount(set)).toBe(judged.length);
  });

  it('has a part of them at hand for every tree', () => {
    const shares = (features: number): number[] =>
      boostingRecipes(3000, features).map(({ featureShare }) => featureShare);
    expect(shares(100)).toEqual([1, 1, 0.5]);
    expect(shares(101)).toEqual([0.3, 0.3, 0.15]);
  });
});
