import type { FeatureRow, FeatureTable } from './feature-schema.js';

/** The rows with the given numbers, in that order; a row may be named more than once. */
export function selectRows(table: FeatureTable, rows: Uint32Array): FeatureTable {
  const numeric = new Map<string, Float64Array>();
  for (const [name, column] of table.numeric) {
    numeric.set(
      name,
      Float64Array.from(rows, (row) => column[row] ?? Number.NaN),
    );
  }
  const categorical = new Map<string, readonly (string | null)[]>();
  for (const [name, column] of table.categorical) {
    categorical.set(
      name,
      Array.from(rows, (row) => column[row] ?? null),
    );
  }
  return { schema: table.schema, rows: rows.length, numeric, categorical };
}

/** One row of a table by feature name. */
export function featureRowAt(table: FeatureTable, row: number): FeatureRow {
  return Object.fromEntries(
    table.schema.features.map(({ name, kind }) => {
      const number = table.numeric.get(name)?.[row] ?? Number.NaN;
      const known = Number.isNaN(number) ? null : number;
      return [name, kind === 'numeric' ? known : (table.categorical.get(name)?.[row] ?? null)];
    }),
  );
}

/** The rows of one table and then those of another of the same schema. */
export function joinTables(first: FeatureTable, second: FeatureTable): FeatureTable {
  const numeric = new Map<string, Float64Array>();
  for (const [name, column] of first.numeric) {
    const joined = new Float64Array(first.rows + second.rows);
    joined.set(column);
    joined.set(
      second.numeric.get(name) ?? new Float64Array(second.rows).fill(Number.NaN),
      first.rows,
    );
    numeric.set(name, joined);
  }
  const categorical = new Map<string, readonly (string | null)[]>();
  for (const [name, column] of first.categorical) {
    const more = second.categorical.get(name) ?? new Array<null>(second.rows).fill(null);
    categorical.set(name, [...column, ...more]);
  }
  return { schema: first.schema, rows: first.rows + second.rows, numeric, categorical };
}
