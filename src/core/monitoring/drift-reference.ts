import type { FeatureTable } from '../features/feature-schema.js';
import { selectRows } from '../features/table-rows.js';
import { groupCodes } from '../statistics/bootstrap.js';
import { inOrder } from './coded-series.js';
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

/** Values in order of time, and which of them hang together: those of one number. */
export interface GroupedValues {
  readonly values: readonly number[];
  readonly groups: readonly number[];
}

/** What a model answered on its latest training rows, and the latest labels (0 or 1) that are known. */
export interface LatestTargets {
  readonly predictions: GroupedValues;
  readonly labels: GroupedValues;
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
  /** Absent where older programs kept it. */
  readonly latestTargets?: LatestTargets;
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

/** The latest of some rows, with what is known of them. */
function latestOf(
  rows: readonly number[],
  valueOf: (row: number) => number,
  groups: readonly string[] | undefined,
): GroupedValues {
  const latest = rows.slice(-KEPT_ROWS);
  const own = groups && latest.map((row) => groups[row] ?? '');
  return { values: latest.map(valueOf), groups: [...groupCodes(latest.length, own)] };
}

/**
 * Sketches the rows that a model was trained on, in order of time.
 *
 * @param labels one per row; null, or none at all, where it is not known
 * @param groups rows of one are not independent; each row by itself where absent
 */
export function driftReference(
  table: FeatureTable,
  labels: readonly (number | null)[] | Uint8Array,
  model: ReferenceModel,
  groups?: readonly string[],
): DriftReference {
  const all = [...inOrder(table.rows)];
  const rows = Uint32Array.from(all.slice(-KEPT_ROWS));
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
  const probabilities = model.predict(table);
  const labelOf = (row: number): number => labels[row] ?? 0;
  const labelled = all.filter((row) => (labels[row] ?? null) !== null);
  return {
    rows: table.rows,
    columns: Object.fromEntries(columns),
    probability: numericSketch(numericSample(probabilities)),
    labelled: labelled.length,
    failures: labelled.reduce((sum, row) => sum + labelOf(row), 0),
    latestTargets: {
      predictions: latestOf(all, (row) => probabilities[row] ?? 0, groups),
      labels: latestOf(labelled, labelOf, groups),
    },
  };
}
