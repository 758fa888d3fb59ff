/** Conversions that a middling failure costs where none has been seen yet. */
export const TYPICAL_FAILURE_CONVERSIONS = 50;

/**
 * Scale of the impact score: the median past failure scores 50.
 *
 * @param pastFailureValues value lost per past failure; those that lost nothing are left out.
 * @param valuePerConversion values the typical failure of 50 conversions where there are none.
 */
export function scaleOf(pastFailureValues: readonly number[], valuePerConversion = 1): number {
  const sorted = pastFailureValues.filter((value) => value > 0).sort((a, b) => a - b);
  const [below, above] = [sorted[(sorted.length - 1) >> 1], sorted[sorted.length >> 1]];
  const median =
    below === undefined || above === undefined
      ? TYPICAL_FAILURE_CONVERSIONS * (valuePerConversion > 0 ? valuePerConversion : 1)
      : (below + above) / 2;
  return median / Math.LN2;
}

/** Impact score 0..100 of an expected value lost: 100 (1 - exp(-value / scale)). */
export function impactScore(value: number, scale: number): number {
  return 100 * -Math.expm1(-Math.max(0, value) / scale);
}
