import type { BinnedTable } from './binned-table.js';
import type { LeafRows } from './row-partition.js';
import type { NodeSums } from './tree-split.js';

/**
 * Sums gradients and hessians by bin. A histogram holds gradient and hessian side by side, bin after
 * bin, feature after feature.
 */
export class HistogramBuilder {
  /** The rows' derivatives in the order of the leaf, so that every feature reads them in a row. */
  private readonly gathered: Float32Array;
  private features = new Int32Array();
  private fours: readonly Four[] = [];
  private ones: readonly One[] = [];

  constructor(private readonly binned: BinnedTable) {
    this.gathered = new Float32Array(2 * binned.rows);
  }

  /** Says which features are to be summed from now on. */
  select(features: Int32Array): void {
    const { columns, offsets } = this.binned;
    if (sameNumbers(features, this.features)) return;
    this.features = features.slice();
    const chosen = Array.from(features, (feature) => ({
      column: columns[feature] ?? new Uint8Array(),
      from: 2 * (offsets[feature] ?? 0),
    }));
    const packed = chosen.length - (chosen.length % 4);
    this.fours = Array.from({ length: packed / 4 }, (_, i) => {
      return packFour(chosen.slice(4 * i, 4 * i + 4), this.fours[i]?.quad);
    });
    this.ones = chosen.slice(packed);
  }

  /** A histogram's length. */
  get size(): number {
    return 2 * (this.binned.offsets[this.binned.columns.length] ?? 0);
  }

  /** Fills the histogram with the sums of the leaf's rows; `derivatives` go by row. */
  fill(histogram: Float64Array, rows: DerivedRows, leaf: LeafRows): void {
    histogram.fill(0);
    this.gather(rows, leaf);
    const from = { order: rows.order, gathered: this.gathered, leaf };
    for (const four of this.fours) addFour(histogram, from, four);
    for (const one of this.ones) addOne(histogram, from, one);
  }

  /** Sums over all rows of the histogram, from one feature: every row has a bin there. */
  total(histogram: Float64Array): Pick<NodeSums, 'gradient' | 'hessian'> {
    const [feature = 0] = this.features;
    const { offsets } = this.binned;
    const end = 2 * (offsets[feature + 1] ?? 0);
    let gradient = 0;
    let hessian = 0;
    for (let at = 2 * (offsets[feature] ?? 0); at < end; at += 2) {
      gradient += histogram[at] ?? 0;
      hessian += histogram[at + 1] ?? 0;
    }
    return { gradient, hessian };
  }

  private gather({ order, derivatives }: DerivedRows, { begin, end }: LeafRows): void {
    const { gathered } = this;
    for (let i = begin; i < end; i += 1) {
      const from = 2 * (order[i] ?? 0);
      gathered[2 * i] = derivatives[from] ?? 0;
      gathered[2 * i + 1] = derivatives[from + 1] ?? 0;
    }
  }
}

/** Rows in their order, and their derivatives by row. */
export interface DerivedRows {
  readonly order: Int32Array;
  readonly derivatives: Float32Array;
}

/** The rows of a leaf, and their derivatives by place in the order. */
interface GatheredRows {
  readonly order: Int32Array;
  readonly gathered: Float32Array;
  readonly leaf: LeafRows;
}

/** Takes one child's sums off the parent's, which leaves the other child's. */
export function subtractHistogram(parent: Float64Array, child: Float64Array): void {
  for (let i = 0; i < parent.length; i += 1) parent[i] = (parent[i] ?? 0) - (child[i] ?? 0);
}

/** A feature's bins by row, and where its part of the histogram begins. */
interface One {
  readonly column: Uint8Array;
  readonly from: number;
}

/** The same of four features, a byte each, to be read together. */
interface Four {
  readonly quad: Uint32Array;
  readonly from: Int32Array;
}

/** Packs four columns, into the array that is there if there is one. */
function packFour([a, b, c, d]: readonly One[], used?: Uint32Array): Four {
  const rows = a?.column.length ?? 0;
  const quad = used ?? new Uint32Array(rows);
  quad.fill(0);
  const from = new Int32Array(4);
  for (const [place, one] of [a, b, c, d].entries()) {
    if (one === undefined) continue;
    from[place] = one.from;
    orShifted(quad, one.column, 8 * place);
  }
  return { quad, from };
}

function orShifted(quad: Uint32Array, column: Uint8Array, bits: number): void {
  for (let row = 0; row < quad.length; row += 1) {
    quad[row] = (quad[row] ?? 0) | ((column[row] ?? 0) << bits);
  }
}

function sameNumbers(a: Int32Array, b: Int32Array): boolean {
  return a.length === b.length && a.every((number, i) => number === b[i]);
}

function addOne(
  histogram: Float64Array,
  { order, gathered, leaf }: GatheredRows,
  { column, from }: One,
): void {
  for (let i = leaf.begin; i < leaf.end; i += 1) {
    const bin = from + 2 * (column[order[i] ?? 0] ?? 0);
    addPair(histogram, bin, gathered[2 * i] ?? 0, gathered[2 * i + 1] ?? 0);
  }
}

/** Four features in one pass: rows and derivatives are read once, and additions do not wait. */
function addFour(
  histogram: Float64Array,
  { order, gathered, leaf }: GatheredRows,
  { quad, from: [a = 0, b = 0, c = 0, d = 0] }: Four,
): void {
  const { end } = leaf;
  for (let i = leaf.begin; i < end; i += 1) {
    const bins = quad[order[i] ?? 0] ?? 0;
    const gradient = gathered[2 * i] ?? 0;
    const hessian = gathered[2 * i + 1] ?? 0;
    // A byte, doubled.
    addPair(histogram, (a + ((bins << 1) & 510)) | 0, gradient, hessian);
    addPair(histogram, (b + ((bins >>> 7) & 510)) | 0, gradient, hessian);
    addPair(histogram, (c + ((bins >>> 15) & 510)) | 0, gradient, hessian);
    addPair(histogram, (d + ((bins >>> 23) & 510)) | 0, gradient, hessian);
  }
}

function addPair(histogram: Float64Array, at: number, gradient: number, hessian: number): void {
  histogram[at] = (histogram[at] ?? 0) + gradient;
  histogram[at + 1] = (histogram[at + 1] ?? 0) + hessian;
}
