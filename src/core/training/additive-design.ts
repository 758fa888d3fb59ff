import { curveWidth } from '../features/additive-terms.js';
import type { AdditiveTerms, NumericTerm, PairTerm } from '../features/additive-terms.js';
import { CategoryLookup } from '../features/category-lookup.js';
import { featureParts } from '../features/feature-parts.js';
import type { FeatureParts } from '../features/feature-parts.js';
import type { FeatureTable } from '../features/feature-schema.js';
import { piecewisePosition, smoothClip } from '../features/piecewise-linear.js';
import type { PenaltyBlock } from './penalty-block.js';
import type { SparseDesign } from './sparse-design.js';

/**
 * Where each term's weights lie: the intercept, then the lines and marks of the numbers (one
 * block), each number's curve, each category, each pair.
 */
export interface AdditiveLayout {
  readonly width: number;
  readonly blocks: readonly PenaltyBlock[];
  /** First columns, in the order of the terms; a number's mark follows its line. */
  readonly lines: readonly number[];
  readonly curves: readonly number[];
  readonly categories: readonly number[];
  readonly pairs: readonly number[];
}

/** Lays the terms of a model out as columns. */
export function layoutOf({ numeric, categorical, pairs }: AdditiveTerms): AdditiveLayout {
  const blocks: PenaltyBlock[] = [];
  let at = 1;
  const place = (width: number): number => {
    at += width;
    return at - width;
  };
  const block = (width: number, kind: PenaltyBlock['kind']): number => {
    const from = place(width);
    if (width > 0) blocks.push({ from, to: from + width, kind });
    return from;
  };
  const lines = numeric.map(({ missing }) => place(missing ? 2 : 1));
  if (at > 1) blocks.push({ from: 1, to: at, kind: 'apart' });
  const curves = numeric.map((term) => block(curveWidth(term), 'chained'));
  const categories = categorical.map((encoding) =>
    block(new CategoryLookup(encoding, 0).width, 'apart'),
  );
  const crossings = pairs.map((pair) => block(pair.crossings.length, 'apart'));
  return { width: at, blocks, lines, curves, categories, pairs: crossings };
}

/** Writes each row of a table as the columns of the layout that it touches. */
export function designOf(terms: AdditiveTerms, table: FeatureTable): SparseDesign {
  const layout = layoutOf(terms);
  const { rows } = table;
  const slots = slotsOf(terms);
  const columns = new Int32Array(rows * slots);
  const values = new Float64Array(rows * slots);
  const writer = { rows, slots, columns, values };
  for (let row = 0; row < rows; row += 1) values[row * slots] = 1;
  let slot = 1;
  terms.numeric.forEach((term, i) => {
    writeLine(term, table, { ...writer, slot, from: layout.lines[i] ?? 0 });
    slot += term.missing ? 2 : 1;
  });
  terms.numeric.forEach((term, i) => {
    if (curveWidth(term) === 0) return;
    writeCurve(term, table, { ...writer, slot, from: layout.curves[i] ?? 0 });
    slot += 2;
  });
  const parts = featureParts(terms);
  terms.categorical.forEach(({ name }, i) => {
    const codes = parts.get(name)?.partsOf(table) ?? new Int32Array();
    writeCodes(codes, { ...writer, slot, from: layout.categories[i] ?? 0 });
    slot += 1;
  });
  terms.pairs.forEach((pair, i) => {
    const codes = crossingIndices(pair, parts, table);
    writeCodes(codes, { ...writer, slot, from: layout.pairs[i] ?? 0 });
    slot += 1;
  });
  const fixed = 1 + terms.numeric.reduce((sum, { missing }) => sum + (missing ? 2 : 1), 0);
  return { rows, width: layout.width, slots, fixed, columns, values };
}

function slotsOf({ numeric, categorical, pairs }: AdditiveTerms): number {
  const ofNumbers = numeric.reduce(
    (sum, term) => sum + (term.missing ? 2 : 1) + (curveWidth(term) > 0 ? 2 : 0),
    0,
  );
  return 1 + ofNumbers + categorical.length + pairs.length;
}

/** A slot of every row, and the first column that it may name. */
interface SlotWriter {
  readonly rows: number;
  readonly slots: number;
  readonly columns: Int32Array;
  readonly values: Float64Array;
  readonly slot: number;
  readonly from: number;
}

function writeLine(term: NumericTerm, table: FeatureTable, to: SlotWriter): void {
  const column = table.numeric.get(term.name) ?? new Float64Array();
  for (let row = 0, at = to.slot; row < to.rows; row += 1, at += to.slots) {
    const value = column[row] ?? Number.NaN;
    const known = !Number.isNaN(value);
    const clipped = known ? smoothClip(term, value) : 0;
    to.columns[at] = to.from;
    to.values[at] = (clipped - term.mean) / term.deviation;
    if (!term.missing) continue;
    to.columns[at + 1] = to.from + 1;
    to.values[at + 1] = known ? 0 : 1;
  }
}

/** Between two edges a row has the share of each; the first edge has no column: it is nought. */
function writeCurve(term: NumericTerm, table: FeatureTable, to: SlotWriter): void {
  const column = table.numeric.get(term.name) ?? new Float64Array();
  const last = to.from + curveWidth(term) - 1;
  for (let row = 0, at = to.slot; row < to.rows; row += 1, at += to.slots) {
    const value = column[row] ?? Number.NaN;
    const clipped = Number.isNaN(value) ? 0 : smoothClip(term, value);
    const position = piecewisePosition(term.edges, clipped);
    const whole = Math.floor(position);
    const share = position - whole;
    to.columns[at] = Math.max(to.from, to.from + whole - 1);
    to.values[at] = whole === 0 ? 0 : 1 - share;
    to.columns[at + 1] = Math.min(last, to.from + whole);
    to.values[at + 1] = share;
  }
}

function writeCodes(codes: Int32Array, to: SlotWriter): void {
  for (let row = 0, at = to.slot; row < to.rows; row += 1, at += to.slots) {
    const code = codes[row] ?? -1;
    // A row outside every category names the first one with nothing.
    to.columns[at] = to.from + Math.max(0, code);
    to.values[at] = code < 0 ? 0 : 1;
  }
}

/** Which of a pair's crossings each row falls into; -1 for one that no training row fell into. */
function crossingIndices(
  { first, second, crossings }: PairTerm,
  parts: ReadonlyMap<string, FeatureParts>,
  table: FeatureTable,
): Int32Array {
  const [one, other] = [parts.get(first), parts.get(second)];
  if (one === undefined || other === undefined) return new Int32Array(table.rows).fill(-1);
  const index = new Map(crossings.map((crossing, i) => [crossing, i]));
  const others = other.partsOf(table);
  return one.partsOf(table).map((part, row) => {
    const beside = others[row] ?? -1;
    return part < 0 || beside < 0 ? -1 : (index.get(part * other.count + beside) ?? -1);
  });
}
