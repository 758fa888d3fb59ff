import { sortDoubles } from '../thresholds/sort-doubles.js';

/** A column of numbers in one sample, ready to be compared. */
export interface NumericSample {
  readonly kind: 'numeric';
  /** Ascending; a value that is not known is counted in `missing` alone. */
  readonly values: Float64Array;
  /** Rows that each value stands for; one where absent. */
  readonly weights?: Float64Array | undefined;
  readonly count: number;
  readonly missing: number;
  /** Population standard deviation (ddof 0). */
  readonly deviation: number;
  /** How far the share of rows up to any value may be off; 0 where every row is here. */
  readonly rankError: number;
}

/** A column of categories in one sample. */
export interface CategoricalSample {
  readonly kind: 'categorical';
  readonly counts: ReadonlyMap<string, number>;
  readonly count: number;
  readonly missing: number;
}

export type DriftSample = NumericSample | CategoricalSample;

function deviationOf(values: Float64Array): number {
  const n = values.length;
  if (n === 0) return Number.NaN;
  let sum = 0;
  for (let i = 0; i < n; i += 1) sum += values[i] ?? 0;
  const mean = sum / n;
  let squares = 0;
  for (let i = 0; i < n; i += 1) squares += ((values[i] ?? 0) - mean) ** 2;
  return Math.sqrt(squares / n);
}

/** A sample of numbers; NaN is missing, infinities are refused by whoever reads them. */
export function numericSample(column: Float64Array): NumericSample {
  const known = new Float64Array(column.length);
  let count = 0;
  for (const value of column) {
    if (Number.isNaN(value)) continue;
    known[count] = value;
    count += 1;
  }
  const values = sortDoubles(known.subarray(0, count));
  const missing = column.length - count;
  return { kind: 'numeric', values, count, missing, deviation: deviationOf(values), rankError: 0 };
}

/** A sample of categories; null is missing. */
export function categoricalSample(column: readonly (string | null)[]): CategoricalSample {
  const counts = new Map<string, number>();
  let missing = 0;
  for (const value of column) {
    if (value === null) missing += 1;
    else counts.set(value, (counts.get(value) ?? 0) + 1);
  }
  return { kind: 'categorical', counts, count: column.length - missing, missing };
}

/** All rows of a sample. */
export function rowsOf({ count, missing }: DriftSample): number {
  return count + missing;
}
