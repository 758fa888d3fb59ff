import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { betaQuantile } from '../../../src/core/statistics/beta-quantile.js';
import { regularizedBeta } from '../../../src/core/statistics/special-functions.js';

describe('the beta quantile', () => {
  // scipy.stats.beta.ppf(probability, a, b), SciPy 1.x
  it.each([
    [0.05, 2, 3, 0.09761146288641434],
    [0.95, 2, 3, 0.7513953742698181],
    [0.05, 0.4, 3.6, 0.0001252472503312272],
    [0.95, 0.4, 3.6, 0.39357374625342384],
    [0.95, 50.5, 950, 0.062342107189173365],
    [0.3, 1, 1, 0.3],
    [0.05, 300, 2, 0.9843373284756908],
  ])('of %d with a %d, b %d is as SciPy has it', (probability, a, b, expected) => {
    expect(betaQuantile(probability, a, b)).toBeCloseTo(expected, 10);
  });

  it('undoes the distribution function', () => {
    const shape = fc.double({ min: 0.5, max: 200, noNaN: true });
    fc.assert(
      fc.property(shape, shape, fc.double({ min: 0.02, max: 0.98, noNaN: true }), (a, b, p) => {
        const x = betaQuantile(p, a, b);
        // At a pole of the density the function itself is steeper than a quantile can resolve.
        fc.pre(x > 1e-4 && x < 1 - 1e-4);
        expect(regularizedBeta(x, a, b)).toBeCloseTo(p, 7);
      }),
    );
  });
});
