import { logBeta, logGamma } from './special-functions.js';

const BINOMIAL = 1e-9;

/** Intra-class correlation whose beta has the given squared coefficient of variation at `rate`. */
function correlation(rate: number, excess: number): number {
  return Math.min(0.999, (excess * rate) / (1 - rate));
}

/**
 * The part of the log probability below that the rate and the excess bear on: differences of it are
 * log likelihood ratios.
 */
export function betaBinomialLogKernel(
  successes: number,
  trials: number,
  rate: number,
  excess: number,
): number {
  if (trials <= 0) return 0;
  const p = Math.min(1 - 1e-12, Math.max(1e-12, rate));
  const rho = correlation(p, excess);
  if (rho < BINOMIAL) return successes * Math.log(p) + (trials - successes) * Math.log1p(-p);
  const total = 1 / rho - 1;
  const [alpha, beta] = [p * total, (1 - p) * total];
  return logBeta(successes + alpha, trials - successes + beta) - logBeta(alpha, beta);
}

/**
 * Log probability of `successes` of `trials` when the rate itself varies with mean `rate` and
 * variance excess x rate^2 (beta-binomial); `excess` 0 is binomial.
 */
export function betaBinomialLogPmf(
  successes: number,
  trials: number,
  rate: number,
  excess: number,
): number {
  if (trials <= 0) return 0;
  const choose = logGamma(trials + 1) - logGamma(successes + 1) - logGamma(trials - successes + 1);
  return choose + betaBinomialLogKernel(successes, trials, rate, excess);
}

/** P(X <= successes) of the same distribution, summed from there down to where it adds nothing. */
export function betaBinomialCdf(
  successes: number,
  trials: number,
  rate: number,
  excess: number,
): number {
  if (successes >= trials) return 1;
  let [sum, last] = [0, 0];
  for (let count = Math.floor(successes); count >= 0; count -= 1) {
    const term = Math.exp(betaBinomialLogPmf(count, trials, rate, excess));
    sum += term;
    if (term < last && term < 1e-17 * sum) break;
    last = term;
  }
  return Math.min(1, sum);
}
