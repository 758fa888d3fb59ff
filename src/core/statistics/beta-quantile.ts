import { logBeta, regularizedBeta } from './special-functions.js';

const TOLERANCE = 1e-12;

/**
 * Quantile of the beta distribution, absolute error below 1e-11 (Newton's method kept inside a
 * bisection bracket); `probability` in (0, 1), a and b above 0.
 */
export function betaQuantile(probability: number, a: number, b: number): number {
  const logNorm = logBeta(a, b);
  let [low, high] = [0, 1];
  let x = a / (a + b);
  for (let step = 0; step < 200 && high - low > TOLERANCE; step += 1) {
    const excess = regularizedBeta(x, a, b) - probability;
    if (excess > 0) high = x;
    else low = x;
    const density = Math.exp((a - 1) * Math.log(x) + (b - 1) * Math.log1p(-x) - logNorm);
    const newton = x - excess / density;
    const next = newton > low && newton < high ? newton : (low + high) / 2;
    if (Math.abs(next - x) < TOLERANCE) return next;
    x = next;
  }
  return x;
}
