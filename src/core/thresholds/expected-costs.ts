import { kernelWidth, shrunkValues, smoothedCounts, smoothedShares } from './loss-smoothing.js';
import type { ThresholdEvidence } from './threshold-evidence.js';
import { catchLevels, scaled } from './threshold-grid.js';

/** What the grid's levels are expected to cost: pages by block, and the loss of each failure. */
export interface ExpectedCosts {
  readonly pages: readonly Float64Array[];
  readonly losses: readonly Float64Array[];
}

/**
 * What each level is expected to cost, from the pages of each block and these failures.
 *
 * The lowest point of the historical curve is the one that fits the failures that happened to happen
 * best; so the share of failures caught is smoothed over the scaled levels (a kernel estimate of the
 * distribution of catch levels), values are drawn to their mean, and pages smoothed lightly.
 */
export function expectedCosts(
  evidence: ThresholdEvidence,
  grid: Float64Array,
  blockPages: readonly Float64Array[],
): ExpectedCosts {
  const { losses } = evidence;
  const smoothing = {
    scaled: grid.map((level) => scaled(level, evidence)),
    width: kernelWidth(catchLevels(evidence)),
  };
  const values = shrunkValues(losses);
  return {
    pages: smoothedCounts(blockPages, smoothing),
    losses: losses.map((loss, i) => {
      const value = values[i] ?? 0;
      return smoothedShares(loss, evidence, smoothing).map((share) => value * share);
    }),
  };
}
