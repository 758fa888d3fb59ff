import type { Anomaly } from '../telemetry/anomaly.js';

/** Ratios beyond one in a thousand say no more than that. */
export const MAX_LOG_RATIO = Math.log(1000);

/**
 * How far the value is past its threshold as ln(ratio), positive when worse than the threshold.
 *
 * For `<` rules the ratio is turned round; without a comparison the rule is taken to be breached.
 * A value on the other side of zero is as far as can be; null without a value or a threshold, and
 * for a threshold of zero, to which nothing has a ratio.
 */
export function thresholdLogRatio(
  anomaly: Pick<Anomaly, 'value' | 'threshold' | 'comparison'>,
): number | null {
  const { value, threshold, comparison } = anomaly;
  if (value === undefined || threshold === undefined || threshold === 0) return null;
  const upward = comparison === undefined ? null : comparison.startsWith('>');
  if (Math.sign(value) !== Math.sign(threshold)) {
    if (upward === null) return MAX_LOG_RATIO;
    return upward === value > threshold ? MAX_LOG_RATIO : -MAX_LOG_RATIO;
  }
  const ratio = Math.log(value / threshold);
  const clipped = Math.max(-MAX_LOG_RATIO, Math.min(MAX_LOG_RATIO, ratio));
  if (upward === null) return Math.abs(clipped);
  // Below zero a larger magnitude is a smaller number.
  return upward === threshold > 0 ? clipped : 0 - clipped;
}
