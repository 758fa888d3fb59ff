import type { FeatureTable } from '../features/feature-schema.js';
import { selectRows } from '../features/table-rows.js';
import type { ColumnValues } from './column-values.js';
import { sampleOf } from './column-values.js';
import type { ColumnSketch, NumericSketch } from './quantile-sketch.js';
import { numericSketch, sketchOf } from './quantile-sketch.js';
import { numericSample } from './drift-sample.js';

/** Latest rows that are kept as they are: for blocks of time, segments and what changed together. */
const KEPT_ROWS = 1000;

/** A column of a model's training rows. */
export interface ReferenceColumn {
  readonly sketch: ColumnSketch;
  /** Its latest rows in order of time; null where a value is not known. */
  readonly latest: readonly (number | string | null)[];
  /** What it moves the log-odds by, on average over rows: how much a drift of it can matter. */
  readonly importance: number;
}

/** What a model was trained on, kept with it so that no report reads history again. */
export interface DriftReference {
  readonly rows: number;
  readonly columns: Readonly<Record<string, ReferenceColumn>>;
  /** What it answered on its own training rows. */
  readonly probability: NumericSketch;
  /** Rows whose label is known, and the failures among them. */
  readonly labelled: number;
  readonly failures: number;
}

/** The same names, equal ones as one string: those are found again faster. */
function shared(names: readonly (string | null)[]): (string | null)[] {
  const known = new Map<string, string>();
  return names.map((name) => {
    if (name === null) return null;
    const first = known.get(name);
    if (first === undefined) known.set(name, name);
    return first ?? name;
  });
}

/** The columns of a table as they are compared. */
export function columnsOf(table: FeatureTable): Map<string, ColumnValues> {
  return new Map(
    table.schema.features.map(({ name, kind }): [string, ColumnValues] => [
      name,
      kind === 'numeric'
        ? { kind, values: table.numeric.get(name) ?? new Float64Array(table.rows).fill(Number.NaN) }
        : { kind, values: shared(table.categorical.get(name) ?? []) },
    ]),
  );
}

function plain(column: ColumnValues): (number | string | null)[] {
  if (column.kind === 'categorical') return [...column.values];
  return Array.from(column.values, (value) => (Number.isNaN(value) ? null : value));
}

/** Latest rows back in their typed form. */
export function latestValues({ sketch, latest }: ReferenceColumn): ColumnValues {
  return sketch.kind === 'numeric'
    ? {
        kind: 'numeric',
        values: Float64Array.from(latest, (value) =>
          typeof value === 'number' ? value : Number.NaN,
        ),
      }
    : {
        kind: 'categorical',
        values: latest.map((value) => (typeof value === 'string' ? value : null)),
      };
}

/** A model's answers on some rows: probabilities, and contributions (rows x features). */
export interface ReferenceModel {
  predict(table: FeatureTable): Float64Array;
  contributions(table: FeatureTable): Float64Array;
}

function meanSizes(contributions: Float64Array, features: number): number[] {
  const sums = new Array<number>(features).fill(0);
  contributions.forEach(
    (value, i) => (sums[i % features] = (sums[i % features] ?? 0) + Math.abs(value)),
  );
  return sums.map((sum) => (sum * features) / Math.max(1, contributions.length));
}

/** Sketches the rows that a model was trained on, in order of time; `labels` are those that are known. */
export function driftReference(
  table: FeatureTable,
  labels: readonly number[] | Uint8Array,
  model: ReferenceModel,
): DriftReference {
  const first = Math.max(0, table.rows - KEPT_ROWS);
  const rows = Uint32Array.from({ length: table.rows - first }, (_, i) => first + i);
  const latest = selectRows(table, rows);
  const kept = columnsOf(latest);
  const importance = meanSizes(model.contributions(latest), table.schema.features.length);
  const columns = [...columnsOf(table)].map(([name, column], i): [string, ReferenceColumn] => {
    const last = kept.get(name);
    return [
      name,
      {
        sketch: sketchOf(sampleOf(column)),
        latest: last === undefined ? [] : plain(last),
        importance: importance[i] ?? 0,
      },
    ];
  });
  return {
    rows: table.rows,
    columns: Object.fromEntries(columns),
    probability: numericSketch(numericSample(model.predict(table))),
    labelled: labels.length,
    failures: Array.from(labels).reduce((sum, label) => sum + label, 0),
  };
}
