import { betaBinomialCdf } from '../statistics/beta-binomial.js';
import { normalCdf } from '../statistics/special-functions.js';
import { entriesTail } from './entries-chance.js';
import type { WindowTotals } from './window-totals.js';

/** Deviations milder than this many standard deviations are not worth an exact tail. */
const SURPRISING = -3;

function rateTail({ entered, converted, rate, rateExcess }: WindowTotals): number {
  const usual = entered * rate;
  if (usual <= 0) return 1;
  const z = (converted - usual) / Math.sqrt(usual * (1 - rate) + rateExcess * usual * usual);
  return z > SURPRISING ? normalCdf(z) : betaBinomialCdf(converted, entered, rate, rateExcess);
}

/**
 * P(as few conversions of those who came, or as few entrants) without trouble: the smaller of both
 * tails, twice for having looked at two.
 */
export function windowPValue(window: WindowTotals): number {
  return Math.min(1, 2 * Math.min(rateTail(window), entriesTail(window, SURPRISING)));
}
