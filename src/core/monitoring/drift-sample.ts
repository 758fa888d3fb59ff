import { sortedSpread } from './sort-spread.js';

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

/** The population standard deviation of numbers over their unit. */
function scaledDeviation(values: Float64Array, unit: number): number {
  const n = values.length;
  let sum = 0;
  for (let i = 0; i < n; i += 1) sum += (values[i] ?? 0) / unit;
  const mean = sum / n;
  let squares = 0;
  for (let i = 0; i < n; i += 1) {
    const distance = (values[i] ?? 0) / unit - mean;
    squares += distance * distance;
  }
  return unit * Math.sqrt(squares / n);
}

/** Of ascending values; squares of huge ones overflow, so these are taken in their largest as unit. */
function deviationOf(values: Float64Array): number {
  if (values.length === 0) return Number.NaN;
  const deviation = scaledDeviation(values, 1);
  if (Number.isFinite(deviation)) return deviation;
  return scaledDeviation(values, Math.max(Math.abs(values[0] ?? 0), Math.abs(values.at(-1) ?? 0)));
}

function known(column: Float64Array): Float64Array {
  return column.includes(Number.NaN) ? column.filter((value) => !Number.isNaN(value)) : column;
}

/** A sample of numbers; NaN is missing, infinities are refused by whoever reads them. */
export function numericSample(column: Float64Array): NumericSample {
  const values = sortedSpread(known(column));
  const [count, deviation] = [values.length, deviationOf(values)];
  const missing = column.length - count;
  return { kind: 'numeric', values, count, missing, deviation, rankError: 0 };
}

/** Rows of each category, null left out, in the order in which they come. */
export function countedNames(column: readonly (string | null)[]): Map<string, number> {
  const places = new Map<string, number>();
  const counts: number[] = [];
  for (const value of column) {
    if (value === null) continue;
    const place = places.get(value);
    if (place === undefined) places.set(value, counts.push(1) - 1);
    else counts[place] = (counts[place] ?? 0) + 1;
  }
  for (const [name, place] of places) places.set(name, counts[place] ?? 0);
  return places;
}

/** A sample of categories; null is missing. */
export function categoricalSample(column: readonly (string | null)[]): CategoricalSample {
  const counts = countedNames(column);
  let count = 0;
  for (const one of counts.values()) count += one;
  return { kind: 'categorical', counts, count, missing: column.length - count };
}

/** All rows of a sample. */
export function rowsOf({ count, missing }: DriftSample): number {
  return count + missing;
}
