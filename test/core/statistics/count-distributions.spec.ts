import { describe, expect, it } from '@jest/globals';
import { adjustedPValues } from '../../../src/core/statistics/benjamini-hochberg.js';
import { betaBinomialCdf, betaBinomialLogPmf } from '../../../src/core/statistics/beta-binomial.js';
import { gammaVariate } from '../../../src/core/statistics/gamma-variate.js';
import {
  negativeBinomialCdf,
  negativeBinomialLogPmf,
} from '../../../src/core/statistics/negative-binomial.js';
import { seededRandom } from '../../../src/core/statistics/random.js';
import {
  logGamma,
  normalCdf,
  normalQuantile,
  regularizedBeta,
} from '../../../src/core/statistics/special-functions.js';

// Golden numbers: SciPy (scipy.special gammaln, betainc; scipy.stats norm, nbinom, poisson,
// betabinom, binom, false_discovery_control).
describe('special functions', () => {
  it.each([
    [0.1, 2.252712651734206],
    [0.5, 0.5723649429247],
    [3.7, 1.428072326665388],
    [12, 17.502307845873887],
    [1234.5, 7550.550901077894],
  ])('logGamma(%d)', (x, value) => {
    expect(Math.abs(logGamma(x) / value - 1)).toBeLessThan(1e-12);
  });

  it.each([
    [0.4, 2, 3, 0.5248],
    [0.1, 0.5, 0.5, 0.20483276469913345],
    [0.3, 50, 80, 0.02070028791137334],
    [0.41, 2000, 3000, 0.9252621262083036],
  ])('regularizedBeta(%d, %d, %d)', (x, a, b, value) => {
    expect(regularizedBeta(x, a, b)).toBeCloseTo(value, 10);
  });

  it('normal distribution and its quantile', () => {
    expect(normalCdf(-30) / 4.906713927147908e-198).toBeCloseTo(1, 12);
    expect(normalCdf(-5) / 2.866515718791933e-7).toBeCloseTo(1, 12);
    expect(normalCdf(-1.645)).toBeCloseTo(0.049984905539121376, 14);
    expect(normalCdf(0)).toBeCloseTo(0.5, 14);
    expect(normalCdf(2.3)).toBeCloseTo(0.9892758899783242, 14);
    expect(normalQuantile(1e-6)).toBeCloseTo(-4.75342431, 7);
    expect(normalQuantile(0.01)).toBeCloseTo(-2.32634787, 7);
    expect(normalQuantile(0.5)).toBeCloseTo(0, 12);
    expect(normalQuantile(0.95)).toBeCloseTo(1.64485363, 7);
  });
});

describe('counts', () => {
  it('negative binomial with mean 20 and excess .1, and Poisson', () => {
    const values = [
      [0, -10.98612289],
      [7, -4.47950738],
      [20, -2.97583002],
      [60, -10.55348195],
    ] as const;
    for (const [count, value] of values) {
      expect(negativeBinomialLogPmf(count, 20, 0.1)).toBeCloseTo(value, 7);
    }
    expect(negativeBinomialLogPmf(7, 20, 0)).toBeCloseTo(-7.555035446187478, 9);
    expect(negativeBinomialCdf(3, 20, 0.1)).toBeCloseTo(0.00164772, 8);
    expect(negativeBinomialCdf(20, 20, 0.1)).toBeCloseTo(0.56825564, 7);
    expect(negativeBinomialCdf(45, 20, 0.1)).toBeCloseTo(0.9960043, 7);
  });

  it('beta-binomial of 40 trials at .3 with excess .05, and binomial', () => {
    expect(betaBinomialLogPmf(0, 40, 0.3, 0.05)).toBeCloseTo(-9.84966369, 7);
    expect(betaBinomialLogPmf(9, 40, 0.3, 0.05)).toBeCloseTo(-2.48966586, 7);
    expect(betaBinomialLogPmf(30, 40, 0.3, 0.05)).toBeCloseTo(-11.31340772, 7);
    expect(betaBinomialLogPmf(9, 40, 0.3, 0)).toBeCloseTo(-2.4660898196735186, 9);
    expect(betaBinomialCdf(3, 40, 0.3, 0.05)).toBeCloseTo(0.00694294, 7);
    expect(betaBinomialCdf(12, 40, 0.3, 0.05)).toBeCloseTo(0.56789278, 7);
    expect(betaBinomialCdf(40, 40, 0.3, 0.05)).toBe(1);
  });

  it('gamma variates have the mean and variance of their shape', () => {
    for (const shape of [0.3, 1, 7.5]) {
      const random = seededRandom(5);
      const draws = Array.from({ length: 20_000 }, () => gammaVariate(shape, random));
      const mean = draws.reduce((sum, draw) => sum + draw, 0) / draws.length;
      const variance = draws.reduce((sum, draw) => sum + (draw - mean) ** 2, 0) / draws.length;
      expect(Math.abs(mean / shape - 1)).toBeLessThan(0.04);
      expect(Math.abs(variance / shape - 1)).toBeLessThan(0.08);
    }
  });
});

describe('adjustedPValues', () => {
  it('holds the false discovery rate', () => {
    const adjusted = adjustedPValues([0.01, 0.04, 0.03, 0.2, 0.002]);
    const expected = [0.025, 0.05, 0.05, 0.2, 0.01];
    expected.forEach((p, i) => {
      expect(adjusted[i]).toBeCloseTo(p, 12);
    });
  });
});
