import type { FeatureRow, FeatureSchema, FeatureTable } from './feature-schema.js';

/** Rows as a table by column; a missing feature, or one of the other kind, counts as not known. */
export function featureTable(schema: FeatureSchema, rows: readonly FeatureRow[]): FeatureTable {
  const numeric = new Map<string, Float64Array>();
  const categorical = new Map<string, readonly (string | null)[]>();
  for (const { name, kind } of schema.features) {
    if (kind === 'numeric') {
      const column = new Float64Array(rows.length);
      for (let i = 0; i < rows.length; i += 1) {
        const value = rows[i]?.[name];
        column[i] = typeof value === 'number' ? value : Number.NaN;
      }
      numeric.set(name, column);
    } else {
      categorical.set(
        name,
        rows.map((row) => {
          const value = row[name];
          return typeof value === 'string' ? value : null;
        }),
      );
    }
  }
  return { schema, rows: rows.length, numeric, categorical };
}
