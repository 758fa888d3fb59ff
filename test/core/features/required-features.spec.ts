import { describe, expect, it } from '@jest/globals';

import type { FeatureTable } from '../../../src/core/features/feature-schema.js';
import { requireFeatures } from '../../../src/core/features/required-features.js';

const numeric = (names: readonly string[]) =>
  names.map((name) => ({ name, kind: 'numeric' as const }));

function tableOf(named: readonly string[], held: readonly string[]): FeatureTable {
  return {
    schema: { features: numeric(named) },
    rows: 1,
    numeric: new Map(held.map((name) => [name, Float64Array.of(1)])),
    categorical: new Map(),
  };
}

describe('the features that a model requires', () => {
  const schema = { features: numeric(['a', 'b']) };

  it('may come in any order, again and again', () => {
    for (let time = 0; time < 2; time += 1) {
      expect(() => {
        requireFeatures(schema, tableOf(['b', 'a'], ['b', 'a']));
      }).not.toThrow();
    }
  });

  it.each([
    ['one that is missing', ['a'], ['a'], 'missing-feature'],
    ['one too many', ['a', 'b', 'c'], ['a', 'b', 'c'], 'unknown-feature'],
    ['as many, another among them', ['a', 'c'], ['a', 'b', 'c'], 'unknown-feature'],
  ])('refuses %s', (_, named, held, code) => {
    expect(() => {
      requireFeatures(schema, tableOf(named, held));
    }).toThrow(expect.objectContaining({ code }));
  });
});
