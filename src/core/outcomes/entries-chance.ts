import { betaBinomialCdf, betaBinomialLogKernel } from '../statistics/beta-binomial.js';
import { negativeBinomialCdf, negativeBinomialLogKernel } from '../statistics/negative-binomial.js';
import { normalCdf } from '../statistics/special-functions.js';
import type { WindowTotals } from './window-totals.js';

type Entries = Pick<WindowTotals, 'entered' | 'expectedEntries' | 'entriesExcess' | 'entriesReach'>;

/** Those who came in and could have reached the stage, as many as make the variance what it is. */
function trialsOf({ entered, expectedEntries, entriesReach }: Entries): number {
  return Math.max(expectedEntries / entriesReach, entered + 1);
}

/**
 * Log likelihood, up to what no drop changes, that as many entered of those expected less a drop:
 * negative binomial, or beta-binomial out of those who came in with the journey, where known.
 */
export function entriesLogKernel(window: Entries, drop: number): number {
  const { entered, entriesExcess, entriesReach } = window;
  const usual = Math.max(window.expectedEntries, 0.5);
  if (entriesReach <= 0) {
    return negativeBinomialLogKernel(entered, usual * (1 - drop), entriesExcess);
  }
  const trials = trialsOf({ ...window, expectedEntries: usual });
  return betaBinomialLogKernel(entered, trials, (usual / trials) * (1 - drop), entriesExcess);
}

/** P(no more entered) without trouble; milder than `surprising` standard deviations by the normal. */
export function entriesTail(window: Entries, surprising: number): number {
  const { entered, expectedEntries, entriesExcess, entriesReach } = window;
  const chance = expectedEntries * (1 - entriesReach);
  const variance = chance + entriesExcess * expectedEntries ** 2;
  if (variance <= 0) return 1;
  const z = (entered - expectedEntries) / Math.sqrt(variance);
  if (z > surprising) return normalCdf(z);
  if (entriesReach <= 0) return negativeBinomialCdf(entered, expectedEntries, entriesExcess);
  const trials = trialsOf(window);
  return betaBinomialCdf(entered, trials, expectedEntries / trials, entriesExcess);
}
