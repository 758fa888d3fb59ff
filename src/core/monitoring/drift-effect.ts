import { normalCdf, normalQuantile } from '../statistics/special-functions.js';

/** What a distance of 1 counts as: samples that share nothing. */
const FURTHEST = 1 - 1e-9;

/** The chance with which the minimum detectable effect is found. */
const POWER_Z = normalQuantile(0.8);

/**
 * A distance between distributions (0..1) as the shift of a normal's mean, in standard deviations,
 * that would part them as far: the largest gap between distribution functions and the total variation
 * of N(0, 1) and N(e, 1) are both 2 Phi(e / 2) - 1. So one floor holds for numbers, categories and
 * missing values, and outliers do not blow it up.
 */
export function locationEquivalent(distance: number): number {
  return 2 * normalQuantile((1 + Math.min(distance, FURTHEST)) / 2);
}

/** The distance that a shift of so many standard deviations makes. */
export function distanceOfShift(effect: number): number {
  return 2 * normalCdf(effect / 2) - 1;
}

/**
 * The smallest shift that Kolmogorov-Smirnov finds with 80 % chance at level alpha. Its efficiency
 * against the test of two means of normals is 2 / pi (Bahadur's). `effectiveSize` is n m / (n + m),
 * less where rows depend on each other.
 */
export function detectableShift(effectiveSize: number, alpha: number): number {
  return (normalQuantile(1 - alpha / 2) + POWER_Z) / Math.sqrt((effectiveSize * 2) / Math.PI);
}

/**
 * The smallest change of shares that chi-square finds with 80 % chance at level alpha, in the worst
 * case that it is spread over all categories evenly: the normal approximation of the noncentral law.
 */
export function detectableShares(effectiveSize: number, alpha: number, degrees: number): number {
  const freedom = Math.max(1, degrees);
  const part = 2 / (9 * freedom);
  // Wilson & Hilferty 1931.
  const critical = freedom * (1 - part + normalQuantile(1 - alpha) * Math.sqrt(part)) ** 3;
  let noncentrality = Math.max(0, critical - freedom);
  for (let step = 0; step < 50; step += 1) {
    noncentrality = critical - freedom + POWER_Z * Math.sqrt(2 * (freedom + 2 * noncentrality));
  }
  return locationEquivalent(Math.sqrt(noncentrality / effectiveSize) / 2);
}

/**
 * The smallest share of rows in new categories that is found with 80 % chance at level alpha by a bound
 * of Chernoff's; `deviation` is that of the share where there is no drift.
 */
export function detectableUnseen(deviation: number, alpha: number): number {
  return locationEquivalent((Math.sqrt(-2 * Math.log(alpha)) + POWER_Z) * deviation);
}
