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
  /** Where each feature's bins begin among all bins; one more entry holds their total. */
  readonly offsets: Int32Array;
}

/** With one more for missing numbers a bin still fits into a byte. */
const MOST_BINS = 254;
const FEWEST_BINS = 16;

/** Rows (by weight) that a bin should hold on average: fewer teach nothing, and cost time. */
const ROWS_PER_BIN = 3;

/** Bins every feature of a table by its own values; all weights are positive. */
export function binTable(table: FeatureTable, weights: Float64Array): BinnedTable {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const most = Math.max(FEWEST_BINS, Math.min(MOST_BINS, Math.floor(total / ROWS_PER_BIN)));
  const how = { weights, most };
  const fitted = featuresByName(table.schema.features).map(({ name, kind }) => {
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
  return {
    rows: table.rows,
    bins: fitted.map(({ bins }) => bins),
    columns: fitted.map(({ column }) => column),
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
