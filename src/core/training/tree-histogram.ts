import type { BinnedTable } from './binned-table.js';

/** Rows of one leaf: a stretch of an array of row numbers. */
export interface RowRange {
  readonly order: Int32Array;
  readonly begin: number;
  readonly end: number;
}

/**
 * Sums gradients and hessians by bin. A histogram holds gradient and hessian side by side, bin after
 * bin, feature after feature.
 */
export class HistogramBuilder {
  /** The rows' derivatives in the order of the leaf, so that every feature reads them in a row. */
  private readonly gathered: Float64Array;

  constructor(private readonly binned: BinnedTable) {
    this.gathered = new Float64Array(2 * binned.rows);
  }

  /** A histogram's length. */
  get size(): number {
    return 2 * (this.binned.offsets[this.binned.columns.length] ?? 0);
  }

  /** Fills the histogram with the range's sums for the given features; `derivatives` go by row. */
  fill(
    histogram: Float64Array,
    range: RowRange,
    { derivatives, features }: { derivatives: Float64Array; features: Int32Array },
  ): void {
    const { columns, offsets } = this.binned;
    histogram.fill(0);
    this.gather(range, derivatives);
    const places = Array.from(features, (feature) => ({
      column: columns[feature] ?? NO_COLUMN,
      from: 2 * (offsets[feature] ?? 0),
    }));
    let at = 0;
    for (; at + 4 <= places.length; at += 4) {
      addFour(histogram, range, this.gathered, places.slice(at, at + 4));
    }
    for (const place of places.slice(at)) addOne(histogram, range, this.gathered, place);
  }

  private gather({ order, begin, end }: RowRange, derivatives: Float64Array): void {
    const { gathered } = this;
    for (let i = begin, to = 0; i < end; i += 1, to += 2) {
      const from = 2 * (order[i] ?? 0);
      gathered[to] = derivatives[from] ?? 0;
      gathered[to + 1] = derivatives[from + 1] ?? 0;
    }
  }
}

/** Takes one child's sums off the parent's, which leaves the other child's. */
export function subtractHistogram(parent: Float64Array, child: Float64Array): void {
  for (let i = 0; i < parent.length; i += 1) parent[i] = (parent[i] ?? 0) - (child[i] ?? 0);
}

interface Place {
  readonly column: Uint8Array;
  readonly from: number;
}

const NO_COLUMN = new Uint8Array();
const NO_PLACE: Place = { column: NO_COLUMN, from: 0 };

function addOne(
  histogram: Float64Array,
  { order, begin, end }: RowRange,
  gathered: Float64Array,
  { column, from }: Place,
): void {
  for (let i = begin, at = 0; i < end; i += 1, at += 2) {
    const bin = from + 2 * binOf(column, order[i] ?? 0);
    addPair(histogram, bin, gathered[at] ?? 0, gathered[at + 1] ?? 0);
  }
}

/** Four features in one pass: rows and derivatives are read once, and additions do not wait. */
function addFour(
  histogram: Float64Array,
  { order, begin, end }: RowRange,
  gathered: Float64Array,
  [a = NO_PLACE, b = NO_PLACE, c = NO_PLACE, d = NO_PLACE]: readonly Place[],
): void {
  const [columnA, columnB, columnC, columnD] = [a.column, b.column, c.column, d.column];
  const [fromA, fromB, fromC, fromD] = [a.from, b.from, c.from, d.from];
  for (let i = begin, at = 0; i < end; i += 1, at += 2) {
    const row = order[i] ?? 0;
    const gradient = gathered[at] ?? 0;
    const hessian = gathered[at + 1] ?? 0;
    addPair(histogram, fromA + 2 * binOf(columnA, row), gradient, hessian);
    addPair(histogram, fromB + 2 * binOf(columnB, row), gradient, hessian);
    addPair(histogram, fromC + 2 * binOf(columnC, row), gradient, hessian);
    addPair(histogram, fromD + 2 * binOf(columnD, row), gradient, hessian);
  }
}

function binOf(column: Uint8Array, row: number): number {
  return column[row] ?? 0;
}

function addPair(histogram: Float64Array, at: number, gradient: number, hessian: number): void {
  histogram[at] = (histogram[at] ?? 0) + gradient;
  histogram[at + 1] = (histogram[at + 1] ?? 0) + hessian;
}
