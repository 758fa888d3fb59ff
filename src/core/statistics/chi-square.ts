import { upperGamma } from './incomplete-gamma.js';

/** A statistic with its p value and degrees of freedom. */
export interface ChiSquareTest {
  readonly statistic: number;
  readonly p: number;
  readonly degrees: number;
}

/** P(X > x) of a chi-square variable. */
export function chiSquareTail(x: number, degrees: number): number {
  return degrees > 0 ? upperGamma(degrees / 2, x / 2) : 1;
}

const total = (counts: readonly number[]): number => counts.reduce((sum, one) => sum + one, 0);

/**
 * Two samples of counts over the same categories, as a contingency table without correction
 * (`scipy.stats.chi2_contingency(…, correction=False)`). Categories that neither has say nothing.
 */
export function twoSampleChiSquare(
  reference: readonly number[],
  current: readonly number[],
): ChiSquareTest {
  const [n, m] = [total(reference), total(current)];
  let [statistic, categories] = [0, 0];
  reference.forEach((one, i) => {
    const other = current[i] ?? 0;
    const both = one + other;
    if (both === 0) return;
    categories += 1;
    const [expectedOne, expectedOther] = [(both * n) / (n + m), (both * m) / (n + m)];
    if (n > 0) statistic += (one - expectedOne) ** 2 / expectedOne;
    if (m > 0) statistic += (other - expectedOther) ** 2 / expectedOther;
  });
  const degrees = n > 0 && m > 0 ? categories - 1 : 0;
  return { statistic, p: chiSquareTail(statistic, degrees), degrees };
}

/**
 * Counts against shares taken as known (`scipy.stats.chisquare`, Evidently's figure): a category
 * that the reference never had makes the statistic infinite.
 */
export function oneSampleChiSquare(
  reference: readonly number[],
  current: readonly number[],
): ChiSquareTest {
  const scale = total(current) / total(reference);
  let [statistic, categories] = [0, 0];
  reference.forEach((one, i) => {
    const observed = current[i] ?? 0;
    if (one === 0 && observed === 0) return;
    categories += 1;
    statistic += one === 0 ? Infinity : (observed - one * scale) ** 2 / (one * scale);
  });
  const degrees = categories - 1;
  return { statistic, p: chiSquareTail(statistic, degrees), degrees };
}
