import { fitCategorical } from './fitted-encoding.js';
import type { CategoricalEncoding } from './fitted-encoding.js';
import type { Feature, FeatureTable } from './feature-schema.js';
import { fitPiecewiseLinear, smoothClip } from './piecewise-linear.js';
import type { PiecewiseLinear } from './piecewise-linear.js';
import { evenCuts, weightedValues } from './weighted-values.js';

/**
 * How a number enters an additive model: a line over its clipped value, standardised, and where it
 * has bins a curve that bends at their edges; a value that is not known counts as the median.
 */
export interface NumericTerm extends PiecewiseLinear {
  readonly name: string;
  /** Of the clipped values. */
  readonly mean: number;
  readonly deviation: number;
  /** Whether a mark says that the value is not known. */
  readonly missing: boolean;
  /** Where the parts of a pair begin, in the feature's own unit; below the first is a part too. */
  readonly cuts: readonly number[];
}

/** Two features whose parts cross; its crossings are those that rows fell into, ascending. */
export interface PairTerm {
  readonly first: string;
  readonly second: string;
  /** part of the first x parts of the second + part of the second. */
  readonly crossings: readonly number[];
}

/** What an additive model adds up, as JSON-safe data; features in the order of their names. */
export interface AdditiveTerms {
  readonly numeric: readonly NumericTerm[];
  readonly categorical: readonly CategoricalEncoding[];
  readonly pairs: readonly PairTerm[];
}

const BINS = 20;
const FEWEST_BINS = 5;
// The fit is cubic in columns: many numbers share what room there is.
const CURVE_COLUMNS = 400;
// A step of the fit multiplies each row's slots with each other; with more products than this curves cost too much.
const MOST_PRODUCTS = 1e9;
// Curves of more numbers are too many columns to factorise; without, how far each may bend is not found.
const MOST_CURVES = 190;
const PAIR_BINS = 8;

// Effects of categories are pooled, so a handful of rows is enough for a column of one's own.
const CATEGORIES = { least: 5, most: 1000 };

/** Learns the terms of single features; weights count as repeats of a row. Pairs come later. */
export function fitTerms(table: FeatureTable, weights: Float64Array): AdditiveTerms {
  const features = [...table.schema.features].sort(byName);
  const numbers = features.filter(({ kind }) => kind === 'numeric').length;
  const bins = curveBins(numbers, features.length, weights);
  const numeric: NumericTerm[] = [];
  const categorical: CategoricalEncoding[] = [];
  for (const { name, kind } of features) {
    if (kind === 'numeric') {
      const column = table.numeric.get(name) ?? new Float64Array();
      numeric.push(numericTerm({ name, column, bins }, weights));
    } else {
      const cells = table.categorical.get(name) ?? [];
      categorical.push(fitCategorical({ name, cells }, weights, CATEGORIES));
    }
  }
  return { numeric, categorical, pairs: [] };
}

/** Bins of each number's curve; none, so a line, where there are very many, or many on many rows. */
function curveBins(numbers: number, features: number, weights: Float64Array): number {
  if (numbers > MOST_CURVES) return 1;
  const rows = weights.reduce((sum, weight) => sum + weight, 0);
  // A number has a slot for its line, and two for its curve.
  if (rows * (features + 2 * numbers) ** 2 > MOST_PRODUCTS) return 1;
  return Math.max(FEWEST_BINS, Math.min(BINS, Math.floor(CURVE_COLUMNS / numbers)));
}

function byName(a: Feature, b: Feature): number {
  return a.name < b.name ? -1 : 1;
}

function numericTerm(
  { name, column, bins }: { name: string; column: Float64Array; bins: number },
  weights: Float64Array,
): NumericTerm {
  const fit = fitPiecewiseLinear(column, bins, weights);
  let [total, sum, squares, unknown] = [0, 0, 0, 0];
  column.forEach((value, row) => {
    const weight = weights[row] ?? 0;
    const clipped = Number.isNaN(value) ? 0 : smoothClip(fit, value);
    total += weight;
    sum += weight * clipped;
    squares += weight * clipped * clipped;
    if (Number.isNaN(value)) unknown += weight;
  });
  const mean = total > 0 ? sum / total : 0;
  const deviation = total > 0 ? Math.sqrt(Math.max(0, squares / total - mean * mean)) : 0;
  return {
    name,
    ...fit,
    mean,
    deviation: deviation > 1e-9 ? deviation : 1,
    missing: unknown > 0,
    cuts: evenCuts(weightedValues(column, weights), PAIR_BINS),
  };
}

/** The same terms with straight lines in place of curves. */
export function withoutCurves(terms: AdditiveTerms): AdditiveTerms {
  return { ...terms, numeric: terms.numeric.map((term) => ({ ...term, edges: [] })) };
}

/** How many bends a term's curve has room for; fewer than two bins bend nowhere. */
export function curveWidth({ edges }: Pick<NumericTerm, 'edges'>): number {
  return edges.length > 2 ? edges.length - 1 : 0;
}
