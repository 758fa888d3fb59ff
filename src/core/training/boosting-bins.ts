/**
 * How a number is binned: bin b holds what lies above `edges[b - 1]` and at most at `edges[b]`; what
 * is missing has the bin after the last, `edges.length + 1`.
 */
export interface NumericBins {
  readonly kind: 'numeric';
  readonly name: string;
  /** Ascending cuts between neighbouring values of the training rows. */
  readonly edges: Float64Array;
}

/** How a category is binned: one bin each, then one for the rest together, then one for missing. */
export interface CategoryBins {
  readonly kind: 'categorical';
  readonly name: string;
  readonly categories: readonly string[];
  /** Whether there were more categories than bins; what was never seen then joins the rest. */
  readonly other: boolean;
  readonly missing: boolean;
}

export type FeatureBins = NumericBins | CategoryBins;

/** Bins of a feature, the one for missing numbers included. */
export function binCount(bins: FeatureBins): number {
  if (bins.kind === 'numeric') return bins.edges.length + 2;
  return bins.categories.length + (bins.other ? 1 : 0) + (bins.missing ? 1 : 0);
}

/**
 * Cuts a column at quantiles into at most `most` bins: every value its own bin where they are few;
 * a value heavier than a bin's fair share has one to itself (as LightGBM's GreedyFindBin). Infinite
 * values are values, NaN is missing; weights count as repeats and are positive.
 */
export function fitNumericBins(
  name: string,
  column: Float64Array,
  { weights, most }: { readonly weights: Float64Array; readonly most: number },
): NumericBins {
  const { values, masses } = distinctValues(column, weights);
  const cuts = values.length <= most ? masses.keys() : quantileCuts(masses, most);
  const edges = Array.from(cuts)
    .filter((cut) => cut + 1 < values.length)
    .map((cut) => edgeBetween(values[cut] ?? 0, values[cut + 1] ?? 0));
  return { kind: 'numeric', name, edges: Float64Array.from(edges) };
}

/** Keeps the heaviest categories (ties by name), so that there are at most `most` bins in all. */
export function fitCategoryBins(
  name: string,
  column: readonly (string | null)[],
  { weights, most }: { readonly weights: Float64Array; readonly most: number },
): CategoryBins {
  const masses = new Map<string, number>();
  const missing = column.includes(null);
  column.forEach((category, row) => {
    if (category !== null) masses.set(category, (masses.get(category) ?? 0) + (weights[row] ?? 0));
  });
  const room = most - (missing ? 1 : 0);
  const other = masses.size > room;
  const ranked = [...masses].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1));
  const kept = ranked.slice(0, other ? room - 1 : room).map(([category]) => category);
  return { kind: 'categorical', name, categories: kept.sort(), other, missing };
}

/** The bin of a number: how many edges lie below it; NaN has the bin after the last. */
export function numericBin({ edges }: NumericBins, value: number): number {
  if (Number.isNaN(value)) return edges.length + 1;
  let [low, high] = [0, edges.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (value <= (edges[middle] ?? 0)) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** The values of a column, ascending, without NaN, and the weight of each. */
function distinctValues(
  column: Float64Array,
  weights: Float64Array,
): { readonly values: Float64Array; readonly masses: Float64Array } {
  const sorted = column.filter((value) => !Number.isNaN(value)).sort();
  const values = sorted.filter((value, i) => i === 0 || value !== sorted[i - 1]);
  const masses = new Float64Array(values.length);
  const places: NumericBins = { kind: 'numeric', name: '', edges: values };
  column.forEach((value, row) => {
    if (Number.isNaN(value)) return;
    const at = numericBin(places, value);
    masses[at] = (masses[at] ?? 0) + (weights[row] ?? 0);
  });
  return { values, masses };
}

/** After which values to cut. */
function quantileCuts(masses: Float64Array, most: number): number[] {
  const total = masses.reduce((sum, mass) => sum + mass, 0);
  const isHeavy = Array.from(masses, (mass) => mass >= total / most);
  let restBins = most - isHeavy.filter((heavy) => heavy).length;
  let restMass = masses.reduce((sum, mass, i) => sum + (isHeavy[i] === true ? 0 : mass), 0);
  let [share, filled] = [restMass / restBins, 0];
  const cuts: number[] = [];
  masses.forEach((mass, i) => {
    const alone = isHeavy[i] === true;
    filled += mass;
    if (!alone) restMass -= mass;
    // What a heavy value would cut off anyway need not be full.
    const full = filled >= (isHeavy[i + 1] === true ? share / 2 : share);
    if (!alone && !full) return;
    cuts.push(i);
    filled = 0;
    if (!alone) restBins -= 1;
    share = restMass / Math.max(1, restBins);
  });
  return cuts.slice(0, most - 1);
}

/** Midway, unless rounding or an infinity takes that outside: then at the lower value. */
function edgeBetween(lower: number, upper: number): number {
  const middle = lower / 2 + upper / 2;
  return middle >= lower && middle < upper ? middle : lower;
}
