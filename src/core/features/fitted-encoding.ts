/** How a number is encoded: median-imputed, standardised, and a 0/1 column where it can be missing. */
export interface NumericEncoding {
  readonly kind: 'numeric';
  readonly name: string;
  readonly median: number;
  readonly mean: number;
  readonly deviation: number;
  readonly missing: boolean;
}

/** How a category is encoded: one column each, one for the rare together, one for missing. */
export interface CategoricalEncoding {
  readonly kind: 'categorical';
  readonly name: string;
  readonly categories: readonly string[];
  /** Whether rare categories share a column; unseen ones then join them, and are all zeros else. */
  readonly rare: boolean;
  readonly missing: boolean;
}

export type FeatureEncoding = NumericEncoding | CategoricalEncoding;

/** Which categories get a column of their own. */
export interface CategoryLimits {
  /** Rows (or their weight) that a category needs; 1 % of a smaller table. */
  readonly least: number;
  /** Columns at most, the rare ones' shared column among them. */
  readonly most: number;
}

const MIN_SHARE = 0.01;
const AS_SCIKIT_LEARN: CategoryLimits = { least: 20, most: 100 };

/** Learns the weighted median, mean and standard deviation (of the imputed column). */
export function fitNumeric(
  name: string,
  column: Float64Array,
  weights: Float64Array,
): NumericEncoding {
  const known: number[] = [];
  let [total, unknown] = [0, 0];
  column.forEach((value, row) => {
    const weight = weights[row] ?? 0;
    total += weight;
    if (weight > 0 && !Number.isNaN(value)) known.push(row);
    else unknown += weight;
  });
  const median = weightedMedian(column, weights, known);
  let sum = unknown * median;
  for (const row of known) sum += (weights[row] ?? 0) * (column[row] ?? 0);
  const mean = total > 0 ? sum / total : 0;
  let squares = unknown * (median - mean) ** 2;
  for (const row of known) squares += (weights[row] ?? 0) * ((column[row] ?? 0) - mean) ** 2;
  const deviation = total > 0 ? Math.sqrt(squares / total) : 0;
  const constant = deviation <= 1e-12 * Math.max(1, Math.abs(mean));
  const scale = constant ? 1 : deviation;
  return { kind: 'numeric', name, median, mean, deviation: scale, missing: unknown > 0 };
}

function weightedMedian(column: Float64Array, weights: Float64Array, rows: number[]): number {
  const ordered = Uint32Array.from(rows).sort((a, b) => (column[a] ?? 0) - (column[b] ?? 0));
  const total = rows.reduce((sum, row) => sum + (weights[row] ?? 0), 0);
  let reached = 0;
  for (let i = 0; i < ordered.length; i += 1) {
    const row = ordered[i] ?? 0;
    reached += weights[row] ?? 0;
    if (reached > total / 2) return column[row] ?? 0;
    // Exactly half lies at or below: the median is midway to the next value, as for plain counts.
    if (reached === total / 2) return midway(column, row, ordered[i + 1] ?? row);
  }
  return 0;
}

function midway(column: Float64Array, row: number, next: number): number {
  return ((column[row] ?? 0) + (column[next] ?? 0)) / 2;
}

/**
 * Keeps the categories that are frequent enough, the most frequent where they are too many, ties by
 * name; as scikit-learn's OneHotEncoder, by default with 20 rows at least and 100 columns at most.
 */
export function fitCategorical(
  { name, cells }: { readonly name: string; readonly cells: readonly (string | null)[] },
  weights: Float64Array,
  { least, most }: CategoryLimits = AS_SCIKIT_LEARN,
): CategoricalEncoding {
  const counts = new Map<string, number>();
  let [total, unknown] = [0, 0];
  cells.forEach((category, row) => {
    const weight = weights[row] ?? 0;
    total += weight;
    if (category === null) unknown += weight;
    else if (weight > 0) counts.set(category, (counts.get(category) ?? 0) + weight);
  });
  const floor = Math.min(least, MIN_SHARE * total);
  const frequent = [...counts]
    .filter(([, count]) => count >= floor)
    .sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1));
  const crowded = counts.size > most;
  const kept = frequent.slice(0, crowded ? most - 1 : most);
  const categories = kept.map(([category]) => category).sort();
  const rare = categories.length < counts.size;
  return { kind: 'categorical', name, categories, rare, missing: unknown > 0 };
}
