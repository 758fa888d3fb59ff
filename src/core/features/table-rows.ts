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
