import { describe, expect, it } from '@jest/globals';

import { evaluationsOf } from '../../../src/core/thresholds/evaluations.js';

const history = {
  at: Float64Array.of(0, 10, 40, 45),
  values: Float64Array.of(1, 2, Number.NaN, 4),
};

describe('what a rule saw', () => {
  it('is every sample, and nothing once one is older than the staleness', () => {
    const { at, values } = evaluationsOf(history, { staleness: 12 });
    expect([...at]).toEqual([0, 10, 23, 40, 45]);
    expect([...values]).toEqual([1, 2, Number.NaN, Number.NaN, 4]);
  });

  it('is at fixed steps the latest sample that is not too old', () => {
    const plan = { staleness: 12, steps: { from: 5, interval: 8 } };
    const { at, values } = evaluationsOf(history, plan);
    expect([...at]).toEqual([5, 13, 21, 29, 37, 45, 53, 61]);
    expect([...values]).toEqual([1, 2, 2, Number.NaN, Number.NaN, 4, 4, Number.NaN]);
  });

  it('refuses samples out of order', () => {
    const disordered = { at: Float64Array.of(1, 1), values: Float64Array.of(0, 0) };
    expect(() => evaluationsOf(disordered, { staleness: 1 })).toThrow('Sample 1 is not later');
  });
});
