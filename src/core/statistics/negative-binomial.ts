import { logGamma, regularizedBeta } from './special-functions.js';

const POISSON = 1e-9;

/**
 * The part of the log probability below that the mean bears on: differences of it at one excess are
 * log likelihood ratios.
 */
export function negativeBinomialLogKernel(count: number, mean: number, excess: number): number {
  if (mean <= 0) return count === 0 ? 0 : -Infinity;
  if (excess < POISSON) return count * Math.log(mean) - mean;
  const spread = Math.log1p(mean * excess);
  return count * (Math.log(mean * excess) - spread) - spread / excess;
}

/**
 * Log probability of a count whose mean is `mean` and whose variance is mean + excess x mean^2
 * (negative binomial, NB2); `excess` 0 is Poisson. The count may be fractional.
 */
export function negativeBinomialLogPmf(count: number, mean: number, excess: number): number {
  if (mean <= 0) return count === 0 ? 0 : -Infinity;
  const kernel = negativeBinomialLogKernel(count, mean, excess);
  if (excess < POISSON) return kernel - logGamma(count + 1);
  const size = 1 / excess;
  return kernel + logGamma(count + size) - logGamma(size) - logGamma(count + 1);
}

/** P(X <= count) of the same distribution; near-Poisson is taken at the smallest excess. */
export function negativeBinomialCdf(count: number, mean: number, excess: number): number {
  if (count < 0) return 0;
  if (mean <= 0) return 1;
  const spread = Math.max(excess, 1e-6);
  return regularizedBeta(1 / (1 + mean * spread), 1 / spread, Math.floor(count) + 1);
}
