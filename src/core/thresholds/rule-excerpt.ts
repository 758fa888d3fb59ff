import type { Comparison, Labels } from '../telemetry/anomaly.js';
import type { Duration, Instant } from '../telemetry/time.js';
import { bucketStart, SECOND } from '../telemetry/time.js';
import type { AlertRule } from './alert-rule.js';
import { directionOf, thresholdLevel } from './alert-rule.js';
import { countBelow } from './bounds.js';
import { usualStaleness, usualStep } from './evaluations.js';
import { firingLevels } from './firing-levels.js';
import type { LabelledHistory } from './series-groups.js';
import type { WatchHours } from './watch-hours.js';
import { withinHours } from './watch-hours.js';

/** A stretch of a rule's real history on an even grid, small enough to be a test. */
export interface RuleExcerpt {
  readonly from: Instant;
  readonly interval: Duration;
  /** One value for each step of the grid; null where there was no sample. */
  readonly series: readonly {
    readonly labels: Labels;
    readonly values: readonly (number | null)[];
  }[];
}

/** What a rule must do at one moment of an excerpt: the series (by index) that fire. */
export interface ExcerptCheck {
  readonly at: Instant;
  readonly firing: readonly number[];
}

/** Steps of an excerpt, and of them before its point of interest. */
const STEPS = 360;
const STEPS_BEFORE = 120;
/** Series that an excerpt holds at most. */
const MOST_SERIES = 5;
/** Checks of an excerpt at most. */
const MOST_CHECKS = 40;

/** The series that are worst at a moment come first. */
function worstFirst(
  series: readonly LabelledHistory[],
  moment: Instant,
  direction: 1 | -1,
): LabelledHistory[] {
  const levelOf = ({ history: { at, values } }: LabelledHistory): number => {
    const level = direction * (values[countBelow(at, moment, true) - 1] ?? Number.NaN);
    return Number.isNaN(level) ? -Infinity : level;
  };
  const ranked = series.map((one) => ({ one, level: levelOf(one) }));
  return ranked.sort((a, b) => (a.level < b.level ? 1 : -1)).map(({ one }) => one);
}

/** The stretch of a history around a moment, of the series that are worst then. */
export function excerptAround(
  series: readonly LabelledHistory[],
  moment: Instant,
  comparison: Comparison,
): RuleExcerpt {
  const worst = worstFirst(series, moment, directionOf(comparison)).slice(0, MOST_SERIES);
  const [first] = worst;
  const step = usualStep(first?.history.at ?? new Float64Array());
  const interval = Math.max(SECOND, Math.round(step / SECOND) * SECOND);
  const start = Math.max(moment - STEPS_BEFORE * interval, first?.history.at[0] ?? 0);
  const from = bucketStart(start, interval) + interval;
  return {
    from,
    interval,
    series: worst.map(({ labels, history: { at, values } }) => {
      const staleness = usualStaleness(at);
      return {
        labels,
        values: Array.from({ length: STEPS }, (_, k) => {
          const now = from + k * interval;
          const latest = countBelow(at, now, true) - 1;
          const age = now - (at[latest] ?? -Infinity);
          return age <= staleness ? (values[latest] ?? null) : null;
        }).map((value) => (value !== null && Number.isNaN(value) ? null : value)),
      };
    }),
  };
}

/** What a rule must do in an excerpt: each look at which an alert begins or ends, and the one before. */
export function excerptChecks(
  { from, interval, series }: RuleExcerpt,
  rule: AlertRule & { readonly threshold: number },
  hours: WatchHours | null,
): ExcerptCheck[] {
  const level = thresholdLevel(rule.threshold, rule.comparison);
  const fires = series.map(({ values }) => {
    const at = Float64Array.from(values, (_, k) => from + k * interval);
    const all = { at, values: Float64Array.from(values, (value) => value ?? Number.NaN) };
    const seen = hours === null ? all : withinHours(all, hours);
    return Array.from(firingLevels(seen, rule).levels, (firing) => firing > level);
  });
  const steps = series[0]?.values.length ?? 0;
  const stateAt = (k: number): number[] => [...fires.keys()].filter((s) => fires[s]?.[k] === true);
  const moments = new Set([0, steps - 1]);
  for (let k = 1; k < steps && moments.size < MOST_CHECKS; k += 1) {
    if (fires.some((one) => one[k] !== one[k - 1])) moments.add(k - 1).add(k);
  }
  return [...moments]
    .sort((one, other) => one - other)
    .map((k) => ({ at: from + k * interval, firing: stateAt(k) }));
}
