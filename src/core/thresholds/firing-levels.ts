import type { Duration } from '../telemetry/time.js';
import type { AlertRule } from './alert-rule.js';
import { directionOf, thresholdLevel } from './alert-rule.js';
import type { Evaluations } from './evaluations.js';
import { slidingMaximum } from './sliding-maximum.js';

/** What a rule does at every threshold at once; see `firingLevels`. */
export interface FiringLevels {
  readonly at: Float64Array;
  /** The rule fires at k at exactly those thresholds whose level this is beyond. */
  readonly levels: Float64Array;
}

/** Levels of the values: more is worse, and what compares with nothing is below everything. */
function levelsOf(values: Float64Array, direction: 1 | -1): Float64Array {
  const levels = new Float64Array(values.length);
  for (let k = 0; k < values.length; k += 1) {
    const value = values[k] ?? Number.NaN;
    levels[k] = Number.isNaN(value) ? -Infinity : direction * value;
  }
  return levels;
}

/** Where the comparison must have held from, for the alert to have been pending for `hold` at k. */
function pendingLevels(at: Float64Array, levels: Float64Array, hold: Duration): Float64Array {
  if (hold === 0) return levels;
  const starts = new Int32Array(at.length);
  let start = 0;
  for (let k = 0; k < at.length; k += 1) {
    const latest = (at[k] ?? 0) - hold;
    while ((at[start + 1] ?? Infinity) <= latest) start += 1;
    starts[k] = start;
  }
  const negated = slidingMaximum(
    levels.map((level) => -level),
    starts,
  );
  const lowest = negated.map((level) => -level);
  const first = (at[0] ?? 0) + hold;
  for (let k = 0; k < at.length && (at[k] ?? 0) < first; k += 1) lowest[k] = -Infinity;
  return lowest;
}

/** Below which a firing alert stays firing at k: kept, or not recovered yet. */
function stayingLevels(at: Float64Array, levels: Float64Array, rule: AlertRule): Float64Array {
  let staying = levels;
  if (rule.keepFiringFor > 0) {
    const starts = new Int32Array(at.length);
    let start = 0;
    for (let k = 0; k < at.length; k += 1) {
      // Counted from the first look that no longer saw it, not from the last that did.
      while (start < k && (at[start + 1] ?? 0) <= (at[k] ?? 0) - rule.keepFiringFor) start += 1;
      starts[k] = start;
    }
    staying = slidingMaximum(levels, starts);
  }
  if (rule.recovery === undefined) return staying;
  const recovery = thresholdLevel(rule.recovery, rule.comparison);
  return staying.map((level) => (level > recovery ? Infinity : level));
}

/**
 * Replays a rule at every threshold at once, in linear time.
 *
 * An alert starts to fire where the comparison held throughout `for`, that is where the threshold is
 * below the lowest level of that stretch, and fires on while it is below the highest level of the
 * stretch that keeps it. Both are monotone in the threshold, so that
 * `level = max(pending, min(level before, staying))` says for all thresholds whether it fires. At one
 * threshold this is what Prometheus's `AlertingRule.Eval` (rules/alerting.go) decides look by look.
 */
export function firingLevels({ at, values }: Evaluations, rule: AlertRule): FiringLevels {
  const levels = levelsOf(values, directionOf(rule.comparison));
  const pending = pendingLevels(at, levels, rule.for);
  if (rule.for === 0 && rule.keepFiringFor === 0 && rule.recovery === undefined) {
    return { at, levels };
  }
  const staying = stayingLevels(at, levels, rule);
  const firing = new Float64Array(at.length);
  let level = -Infinity;
  for (let k = 0; k < at.length; k += 1) {
    level = Math.max(pending[k] ?? -Infinity, Math.min(level, staying[k] ?? -Infinity));
    firing[k] = level;
  }
  return { at, levels: firing };
}
