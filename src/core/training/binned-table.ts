import type { Feature, FeatureTable } from '../features/feature-schema.js';
import { binCount, fitCategoryBins, fitNumericBins, numericBin } from './boosting-bins.js';
import type { CategoryBins, FeatureBins, NumericBins } from './boosting-bins.js';
import { CategoryBinLookup } from './category-bin-lookup.js';

/** A table as small whole numbers, feature by feature in the order of their names. */
export interface BinnedTable {
  readonly rows: number;
  readonly bins: readonly FeatureBins[];
  /** One per feature: the bin of each row. */
  readonly columns: readonly Uint8Array[];
  /** Columns 0 to 3, 4 to 7 and so on once more, a byte each, to be read together; not the last few. */
  readonly quads: readonly Uint32Array[];
  /** Where each feature's bins begin among all bins; one more entry holds their total. */
  readonly offsets: Int32Array;
}

/** With one more for missing numbers a bin still fits into a byte. */
const MOST_BINS = 254;

/** Bins every feature of a table by its own values; all weights are positive. */
export function binTable(table: FeatureTable, weights: Float64Array): BinnedTable {
  const fitted = featuresByName(table.schema.features).map(({ name, kind }) => {
    const how = { weights, most: MOST_BINS };
    if (kind === 'numeric') {
      const column = table.numeric.get(name) ?? new Float64Array();
      const bins = fitNumericBins(name, column, how);
      return { bins, column: numericColumn(bins, column) };
    }
    const column = table.categorical.get(name) ?? [];
    const bins = fitCategoryBins(name, column, how);
    return { bins, column: categoryColumn(bins, column) };
  });
  const offsets = new Int32Array(fitted.length + 1);
  fitted.forEach(({ bins }, f) => {
    offsets[f + 1] = (offsets[f] ?? 0) + binCount(bins);
  });
  const columns = fitted.map(({ column }) => column);
  return {
    rows: table.rows,
    bins: fitted.map(({ bins }) => bins),
    columns,
    quads: quadsOf(columns),
    offsets,
  };
}

/** Trees take features by name, so that the order of columns does not matter. */
function featuresByName(features: readonly Feature[]): Feature[] {
  return [...features].sort((a, b) => (a.name < b.name ? -1 : 1));
}

function numericColumn(bins: NumericBins, column: Float64Array): Uint8Array {
  return Uint8Array.from(column, (value) => numericBin(bins, value));
}

function categoryColumn(bins: CategoryBins, column: readonly (string | null)[]): Uint8Array {
  const lookup = new CategoryBinLookup(bins);
  return Uint8Array.from(column, (category) => lookup.binOf(category));
}

function quadsOf(columns: readonly Uint8Array[]): Uint32Array[] {
  return Array.from({ length: columns.length >>> 2 }, (_, quad) => {
    const packed = new Uint32Array(columns[0]?.length ?? 0);
    for (const [place, column] of columns.slice(4 * quad, 4 * quad + 4).entries()) {
      column.forEach((bin, row) => {
        packed[row] = (packed[row] ?? 0) | (bin << (8 * place));
      });
    }
    return packed;
  });
}
