import { curveWidth } from '../features/additive-terms.js';
import type { AdditiveTerms, NumericTerm, PairTerm } from '../features/additive-terms.js';
import { CategoryLookup } from '../features/category-lookup.js';
import { featureParts, partOf } from '../features/feature-parts.js';
import type { FeatureTable } from '../features/feature-schema.js';
import { piecewisePosition, smoothClip } from '../features/piecewise-linear.js';
import { layoutOf } from './additive-design.js';
import type { AdditiveLayout } from './additive-design.js';

/** Takes what a term adds to each row's log-odds, and which share of it is the feature's. */
export type EffectSink = (feature: number, effects: Float64Array, share: number) => void;

/** What each term of a fitted additive model adds to the log-odds, ready to be looked up. */
export class AdditiveEffects {
  /** Names of the features, in the order by which effects name them. */
  readonly features: readonly string[];
  private readonly numbers: readonly NumberEffect[];
  private readonly categories: readonly CategoryEffect[];
  private readonly pairs: readonly PairEffect[];
  /** Of the only row: by feature, the part that it falls into. */
  private readonly parts: Int32Array;

  /** @param weights one per column of the terms' layout, the intercept first. */
  constructor(terms: AdditiveTerms, weights: Float64Array) {
    const layout = layoutOf(terms);
    const crossed = new Set(terms.pairs.flatMap(({ first, second }) => [first, second]));
    this.numbers = terms.numeric.map(
      (term, i) => new NumberEffect(term, { layout, weights, i, crossed: crossed.has(term.name) }),
    );
    this.categories = terms.categorical.map((encoding, i) => {
      const lookup = new CategoryLookup(encoding, 0);
      const from = layout.categories[i] ?? 0;
      return { lookup, effects: weights.slice(from, from + lookup.width) };
    });
    this.features = [...terms.numeric, ...terms.categorical].map(({ name }) => name);
    this.parts = new Int32Array(this.features.length);
    const parts = featureParts(terms);
    this.pairs = terms.pairs.map((pair, i) => ({
      first: this.features.indexOf(pair.first),
      second: this.features.indexOf(pair.second),
      ...pairTable(pair, parts, { weights, from: layout.pairs[i] ?? 0 }),
    }));
  }

  /** All effects on a table's only row together, without a new array: for answers in microseconds. */
  ofOnlyRow(table: FeatureTable): number {
    let sum = 0;
    this.numbers.forEach((number, i) => {
      const value = table.numeric.get(number.term.name)?.[0] ?? Number.NaN;
      sum += number.of(value);
      if (number.crossed) this.parts[i] = partOf(number.term, value);
    });
    this.categories.forEach(({ lookup, effects }, i) => {
      const code = lookup.codeOf(table.categorical.get(lookup.name)?.[0] ?? null);
      this.parts[this.numbers.length + i] = code;
      sum += effects[code] ?? 0;
    });
    for (const pair of this.pairs) {
      sum += crossingEffect(pair, this.parts[pair.first], this.parts[pair.second]);
    }
    return sum;
  }

  /** Hands out the effects of every term on every row; a pair's half and half to its features. */
  of(table: FeatureTable, sink: EffectSink): void {
    const effects = new Float64Array(table.rows);
    const parts: Int32Array[] = [];
    this.numbers.forEach((number, i) => {
      const column = table.numeric.get(number.term.name) ?? NOTHING;
      if (number.crossed) parts[i] = number.parts(column);
      number.into(column, effects);
      sink(i, effects, 1);
    });
    this.categories.forEach((category, i) => {
      const at = this.numbers.length + i;
      parts[at] = categoryInto(category, table, effects);
      sink(at, effects, 1);
    });
    for (const pair of this.pairs) {
      pairInto(pair, parts, effects);
      sink(pair.first, effects, 0.5);
      sink(pair.second, effects, 0.5);
    }
  }
}

const NOTHING = new Float64Array();
const NOBODY = new Int32Array();

interface CategoryEffect {
  readonly lookup: CategoryLookup;
  readonly effects: Float64Array;
}

interface PairEffect {
  readonly first: number;
  readonly second: number;
  /** Parts of the second feature. */
  readonly count: number;
  /** parts of the first x parts of the second. */
  readonly crossings: Float64Array;
}

/** Writes a category's effects, and answers which level each row has. */
function categoryInto(
  { lookup, effects: levels }: CategoryEffect,
  table: FeatureTable,
  effects: Float64Array,
): Int32Array {
  const column = table.categorical.get(lookup.name) ?? [];
  const parts = new Int32Array(effects.length);
  for (let row = 0; row < effects.length; row += 1) {
    const code = lookup.codeOf(column[row] ?? null);
    parts[row] = code;
    effects[row] = levels[code] ?? 0;
  }
  return parts;
}

function pairInto(pair: PairEffect, parts: readonly Int32Array[], effects: Float64Array): void {
  const [one, other] = [parts[pair.first] ?? NOBODY, parts[pair.second] ?? NOBODY];
  for (let row = 0; row < effects.length; row += 1) {
    effects[row] = crossingEffect(pair, one[row], other[row]);
  }
}

function crossingEffect({ count, crossings }: PairEffect, part = -1, beside = -1): number {
  return part < 0 || beside < 0 ? 0 : (crossings[part * count + beside] ?? 0);
}

function pairTable(
  { first, second, crossings }: PairTerm,
  parts: ReturnType<typeof featureParts>,
  { weights, from }: { readonly weights: Float64Array; readonly from: number },
): Pick<PairEffect, 'count' | 'crossings'> {
  const count = parts.get(second)?.count ?? 0;
  const table = new Float64Array((parts.get(first)?.count ?? 0) * count);
  crossings.forEach((crossing, i) => {
    table[crossing] = weights[from + i] ?? 0;
  });
  return { count, crossings: table };
}

/** A number's line, curve and mark as one function of its value. */
class NumberEffect {
  readonly crossed: boolean;
  private readonly slope: number;
  private readonly base: number;
  private readonly unknown: number;
  /** The curve's height at each edge, the last one twice; none for a straight line. */
  private readonly heights: Float64Array;

  constructor(
    readonly term: NumericTerm,
    at: {
      readonly layout: AdditiveLayout;
      readonly weights: Float64Array;
      readonly i: number;
      readonly crossed: boolean;
    },
  ) {
    const { layout, weights, i } = at;
    this.crossed = at.crossed;
    const line = layout.lines[i] ?? 0;
    this.slope = (weights[line] ?? 0) / term.deviation;
    this.base = -term.mean * this.slope;
    const from = layout.curves[i] ?? 0;
    this.heights = heightsOf(weights.subarray(from, from + curveWidth(term)));
    this.unknown = this.at(0) + (term.missing ? (weights[line + 1] ?? 0) : 0);
  }

  into(column: Float64Array, effects: Float64Array): void {
    for (let row = 0; row < effects.length; row += 1) {
      effects[row] = this.of(column[row] ?? Number.NaN);
    }
  }

  of(value: number): number {
    return Number.isNaN(value) ? this.unknown : this.at(smoothClip(this.term, value));
  }

  parts(column: Float64Array): Int32Array {
    const parts = new Int32Array(column.length);
    for (let row = 0; row < parts.length; row += 1) {
      parts[row] = partOf(this.term, column[row] ?? Number.NaN);
    }
    return parts;
  }

  private at(clipped: number): number {
    const straight = this.base + this.slope * clipped;
    if (this.heights.length === 0) return straight;
    const position = piecewisePosition(this.term.edges, clipped);
    const whole = Math.floor(position);
    const below = this.heights[whole] ?? 0;
    return straight + below + (position - whole) * ((this.heights[whole + 1] ?? 0) - below);
  }
}

/** The first edge's height is nought; one more stands beyond the last edge. */
function heightsOf(bends: Float64Array): Float64Array {
  if (bends.length === 0) return bends;
  return Float64Array.of(0, ...bends, bends.at(-1) ?? 0);
}
