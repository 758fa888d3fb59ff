import type { FeatureRow, FeatureTable } from '../features/feature-schema.js';
import { featureRowAt, selectRows } from '../features/table-rows.js';
import { quantileOfSorted } from '../statistics/interval.js';
import type { TrainingSet } from '../training/classifier.js';
import type { Split } from '../training/splits.js';

/** How the values of each feature were spread in training, JSON-safe. */
interface Spreads {
  readonly rows: number;
  /** Quantiles at equal steps, smallest and largest value included. */
  readonly numeric: Readonly<Record<string, readonly number[]>>;
  /** Share of the rows by category. */
  readonly categorical: Readonly<Record<string, Readonly<Record<string, number>>>>;
  /** Share of the rows on which a feature was not known, where it ever was: else no model heeds it. */
  readonly unknown: Readonly<Record<string, number>>;
}

/** When a row counts as unlike those of training, and how often that would be wrong. */
export interface Surprise extends Spreads {
  readonly threshold: number;
  /** Share of held-out rows, like those learnt from, above the threshold. */
  readonly falseAlarmRate: number;
}

const FALSE_ALARMS = 0.01;
const STEPS = 32;

/**
 * Learns how rows are spread, with the threshold that 1 % of the rows held out in turn exceed: their
 * score is told by the other side of their fold alone. Null where no row was held out.
 */
export function learnSurprise(set: TrainingSet, folds: readonly Split[]): Surprise | null {
  const scores = folds.flatMap(({ train, test }) => {
    const spreads = spreadsOf(selectRows(set.table, train));
    return Array.from(test, (row) => surpriseOf(spreads, featureRowAt(set.table, row)).score);
  });
  if (scores.length === 0) return null;
  const sorted = Float64Array.from(scores).sort();
  const rank = Math.min(sorted.length, Math.ceil((1 - FALSE_ALARMS) * (sorted.length + 1)));
  const threshold = sorted[rank - 1] ?? Infinity;
  const above = scores.filter((score) => score > threshold).length;
  return { ...spreadsOf(set.table), threshold, falseAlarmRate: above / scores.length };
}

/**
 * How unusual a row is: over its features, the sum of -ln of the share of training rows at least as
 * far out (numbers: twice the smaller tail, as in ECOD, Li et al. 2022) or of the same category.
 *
 * @returns the score and the feature that weighs most.
 */
export function surpriseOf(
  spreads: Spreads,
  row: FeatureRow,
): { readonly score: number; readonly feature: string } {
  let [score, most, feature] = [0, -1, ''];
  for (const name of Object.keys(spreads.unknown)) {
    const share = shareLike(spreads, name, row[name] ?? null);
    const part = -Math.log(Math.max(share, 1 / (2 * spreads.rows)));
    score += part;
    if (part > most) [most, feature] = [part, name];
  }
  return { score, feature };
}

function shareLike(spreads: Spreads, name: string, value: FeatureRow[string]): number {
  if (value === null) return spreads.unknown[name] ?? 0;
  if (typeof value === 'string') return spreads.categorical[name]?.[value] ?? 0;
  const quantiles = spreads.numeric[name] ?? [];
  const last = quantiles.length - 1;
  if (last < 0) return 0;
  // A value on many quantiles is anywhere between the first and the last of them.
  const below = quantiles.filter((quantile) => quantile < value).length;
  const upTo = quantiles.filter((quantile) => quantile <= value).length;
  const tail = Math.min(upTo / (last + 1), 1 - below / (last + 1));
  return Math.min(1, 2 * tail);
}

function spreadsOf(table: FeatureTable): Spreads {
  const numeric: Record<string, number[]> = {};
  const categorical: Record<string, Record<string, number>> = {};
  const unknown: Record<string, number> = {};
  for (const { name, kind } of table.schema.features) {
    if (kind === 'numeric') {
      const known = (table.numeric.get(name) ?? new Float64Array()).filter(
        (value) => !Number.isNaN(value),
      );
      known.sort();
      unknown[name] = 1 - known.length / table.rows;
      const steps = known.length === 0 ? [] : Array.from({ length: STEPS + 1 }, (_, i) => i);
      numeric[name] = steps.map((step) => quantileOfSorted(known, step / STEPS));
    } else {
      const column = table.categorical.get(name) ?? [];
      categorical[name] = sharesOf(column);
      unknown[name] = column.filter((value) => value === null).length / table.rows;
    }
  }
  const heeded = Object.entries(unknown).filter(([, share]) => share < 1);
  return { rows: table.rows, numeric, categorical, unknown: Object.fromEntries(heeded) };
}

function sharesOf(column: readonly (string | null)[]): Record<string, number> {
  const counts = new Map<string, number>();
  for (const value of column) if (value !== null) counts.set(value, (counts.get(value) ?? 0) + 1);
  const sorted = [...counts].sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(sorted.map(([value, count]) => [value, count / column.length]));
}
