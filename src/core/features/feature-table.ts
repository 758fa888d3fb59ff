import type { FeatureRow, FeatureSchema, FeatureTable } from './feature-schema.js';

/** Rows as a table by column; a missing feature, or one of the other kind, counts as not known. */
export function featureTable(schema: FeatureSchema, rows: readonly FeatureRow[]): FeatureTable {
  const numeric = new Map<string, Float64Array>();
  const categorical = new Map<string, (string | null)[]>();
  for (const { name, kind } of schema.features) {
    if (kind === 'numeric') numeric.set(name, new Float64Array(rows.length));
    else categorical.set(name, new Array<string | null>(rows.length));
  }
  const [numbers, names] = [[...numeric], [...categorical]];
  // Row by row: each lies somewhere else in memory.
  for (const [i, row] of rows.entries()) {
    for (const [name, column] of numbers) {
      const value = row[name];
      column[i] = typeof value === 'number' ? value : Number.NaN;
    }
    for (const [name, column] of names) {
      const value = row[name];
      column[i] = typeof value === 'string' ? value : null;
    }
  }
  return { schema, rows: rows.length, numeric, categorical };
}
