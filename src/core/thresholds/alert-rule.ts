import type { Comparison } from '../telemetry/anomaly.js';
import type { Duration } from '../telemetry/time.js';

/** When an alert fires, but for its threshold; all durations in milliseconds, 0 where there is none. */
export interface AlertRule {
  readonly comparison: Comparison;
  /** The comparison must hold this long before the alert fires (Prometheus `for`). */
  readonly for: Duration;
  /** It fires on this long after the comparison ceased to hold (Prometheus `keep_firing_for`). */
  readonly keepFiringFor: Duration;
  /** Once firing, it fires on until the value is on the good side of this too. */
  readonly recovery?: number | undefined;
  /** Firing again at most this long after it last fired sends no further page. */
  readonly groupGap: Duration;
}

/**
 * 1 for `>` and `>=`, -1 for `<` and `<=`: values and thresholds times this are *levels*, of which
 * more is always worse.
 */
export function directionOf(comparison: Comparison): 1 | -1 {
  return comparison.startsWith('>') ? 1 : -1;
}

/**
 * The level beyond which (strictly) a rule with this threshold fires: with `>=` and `<=` the double
 * just before, so that ties need no further care.
 */
export function thresholdLevel(threshold: number, comparison: Comparison): number {
  const level = directionOf(comparison) * threshold;
  return comparison.endsWith('=') ? doubleBelow(level) : level;
}

/** The greatest double below a number (IEEE 754: ordered like integers, turned round below zero). */
function doubleBelow(value: number): number {
  if (!Number.isFinite(value)) return value === Infinity ? Number.MAX_VALUE : value;
  if (value === 0) return -Number.MIN_VALUE;
  const bits = new DataView(new ArrayBuffer(8));
  bits.setFloat64(0, value);
  bits.setBigInt64(0, bits.getBigInt64(0) + (value > 0 ? -1n : 1n));
  return bits.getFloat64(0);
}
