import type { FeatureRow, FeatureTable } from '../features/feature-schema.js';
import { surpriseOf } from './surprise.js';
import type { Surprise } from './surprise.js';

/** What a model was trained on, as far as it decides what the model may be asked; JSON-safe. */
export interface Familiarity {
  readonly services: readonly string[];
  readonly rules: readonly string[];
  /** Smallest and largest known value per numeric feature. */
  readonly ranges: Readonly<Record<string, readonly [number, number]>>;
  /** How unusual a row may be as a whole; absent where that was not learnt. */
  readonly surprise?: Surprise | undefined;
}

/** A numeric value may lie this many widths of the training range outside it. */
export const RANGE_TOLERANCE = 2;

/** Says why a row is unlike anything the model knows, or null where it is not. */
export type UnfamiliarityCheck = (row: FeatureRow) => string | null;

function distinct(column: readonly (string | null)[] | undefined): readonly string[] {
  const values = new Set<string>();
  for (const value of column ?? []) if (value !== null) values.add(value);
  return [...values].sort();
}

/** What the rows of a training table make familiar; what they do as a whole is learnt apart. */
export function familiarityOf(table: FeatureTable, surprise?: Surprise | null): Familiarity {
  const ranges: Record<string, readonly [number, number]> = {};
  for (const [name, column] of table.numeric) {
    let [low, high] = [Infinity, -Infinity];
    for (const value of column) {
      if (value < low) low = value;
      if (value > high) high = value;
    }
    if (low <= high) ranges[name] = [low, high];
  }
  const { categorical } = table;
  return {
    services: distinct(categorical.get('service')),
    rules: distinct(categorical.get('rule')),
    ranges,
    ...(surprise ? { surprise } : {}),
  };
}

/**
 * The check by a stated rule: unfamiliar when neither the service nor the rule was ever seen, or
 * when a number lies outside its training range by more than twice the range's width (taken as
 * one at least: most features are logarithms), or when the row as a whole is more unusual than all
 * but the stated share of held-out rows.
 */
export function unfamiliarityCheck(familiarity: Familiarity): UnfamiliarityCheck {
  const services = new Set(familiarity.services);
  const rules = new Set(familiarity.rules);
  const bounds = Object.entries(familiarity.ranges).map(([name, [low, high]]) => {
    const slack = RANGE_TOLERANCE * Math.max(1, high - low);
    return { name, low: low - slack, high: high + slack };
  });
  return (row) => {
    const { service, rule } = row;
    const known = (set: ReadonlySet<string>, value: unknown): boolean =>
      typeof value === 'string' && set.has(value);
    if (!known(services, service) && !known(rules, rule)) {
      return `neither the service ${service ?? '(none)'} nor the rule ${rule ?? '(none)'} was seen in training`;
    }
    for (const { name, low, high } of bounds) {
      const value = row[name];
      if (typeof value === 'number' && (value < low || value > high)) {
        return `${name} is ${value.toPrecision(3)}, far outside what was seen in training`;
      }
    }
    return surprising(familiarity.surprise, row);
  };
}

function surprising(surprise: Surprise | undefined, row: FeatureRow): string | null {
  if (surprise === undefined) return null;
  const { score, feature } = surpriseOf(surprise, row);
  if (score <= surprise.threshold) return null;
  const share = (100 * surprise.falseAlarmRate).toFixed(1);
  return `as a whole it is more unusual than all but ${share} % of held-out episodes, ${feature} most of all`;
}
