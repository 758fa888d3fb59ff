import { codedCategories, codedNumbers } from './coded-series.js';
import type { CodedSeries, SeriesOrder } from './coded-series.js';
import type { ComparedColumn } from './drift-evidence.js';
import type { DriftSample } from './drift-sample.js';
import { categoricalSample, numericSample } from './drift-sample.js';

/** A column row by row: NaN or null where a value is not known. */
export type ColumnValues =
  | { readonly kind: 'numeric'; readonly values: Float64Array }
  | { readonly kind: 'categorical'; readonly values: readonly (string | null)[] };

/** A column of both samples row by row; null where a sample does not have it. */
export interface ColumnPair {
  readonly name: string;
  readonly reference: ColumnValues | null;
  readonly current: ColumnValues | null;
}

/** Makes a column ready to be compared. */
export function sampleOf(column: ColumnValues): DriftSample {
  return column.kind === 'numeric'
    ? numericSample(column.values)
    : categoricalSample(column.values);
}

/** The rows with the given numbers, in that order. */
export function rowsOfColumn(column: ColumnValues, rows: Uint32Array): ColumnValues {
  if (column.kind === 'categorical') {
    const names = new Array<string | null>(rows.length);
    for (let i = 0; i < rows.length; i += 1) names[i] = column.values[rows[i] ?? 0] ?? null;
    return { kind: 'categorical', values: names };
  }
  const values = new Float64Array(rows.length);
  for (let i = 0; i < rows.length; i += 1) values[i] = column.values[rows[i] ?? 0] ?? Number.NaN;
  return { kind: 'numeric', values };
}

/** A column with the given rows of each side. */
export function rowsOfPair(
  { name, reference, current }: ColumnPair,
  rows: { readonly reference: Uint32Array; readonly current: Uint32Array },
): ColumnPair {
  return {
    name,
    reference: reference && rowsOfColumn(reference, rows.reference),
    current: current && rowsOfColumn(current, rows.current),
  };
}

function seriesOf(
  pair: ColumnPair,
  reference: DriftSample | null,
  current: DriftSample | null,
  order: SeriesOrder,
): CodedSeries | undefined {
  if (pair.reference?.kind === 'categorical' && pair.current?.kind === 'categorical') {
    return codedCategories(
      { reference: pair.reference.values, current: pair.current.values },
      order,
    );
  }
  const numbers = [pair.reference, pair.current].flatMap((column) =>
    column?.kind === 'numeric' ? [column.values] : [],
  );
  const samples = [reference, current].flatMap((one) => (one?.kind === 'numeric' ? [one] : []));
  const [[a, b], [one, other]] = [numbers, samples];
  if (a === undefined || b === undefined || one === undefined || other === undefined) {
    return undefined;
  }
  return codedNumbers({ reference: a, current: b }, { reference: one, current: other }, order);
}

/** Makes both sides of a column ready to be compared; with the order of their rows in time, if any. */
export function comparedColumn(pair: ColumnPair, order?: SeriesOrder): ComparedColumn {
  const reference = pair.reference && sampleOf(pair.reference);
  const current = pair.current && sampleOf(pair.current);
  const series = order && seriesOf(pair, reference, current, order);
  return { name: pair.name, reference, current, series };
}
