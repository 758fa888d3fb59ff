import type { BinnedTable } from './binned-table.js';
import type { Split } from './tree-split.js';

/** The rows of a leaf: a stretch of the order. */
export interface LeafRows {
  readonly begin: number;
  readonly end: number;
}

/** Keeps the rows of each leaf side by side. */
export class RowPartition {
  private readonly right: Int32Array;

  /** Room for so many rows. */
  constructor(most: number) {
    this.right = new Int32Array(most);
  }

  /**
   * Moves the leaf's rows that go left before the others, either in their order; answers where the
   * others begin.
   */
  part(order: Int32Array, { begin, end }: LeafRows, column: Uint8Array, sides: Sides): number {
    const { right } = this;
    const { goesLeft, from } = sides;
    let middle = begin;
    let rights = 0;
    // Both places are written and one counts: a branch here would be guessed wrong half the time.
    for (let i = begin; i < end; i += 1) {
      const row = order[i] ?? 0;
      const isLeft = goesLeft[from + (column[row] ?? 0)] ?? 0;
      order[middle] = row;
      right[rights] = row;
      middle += isLeft;
      rights += 1 - isLeft;
    }
    order.set(right.subarray(0, rights), middle);
    return middle;
  }
}

/** Which bins go left at a node: 1 for those that do, 256 places from `from` on. */
export interface Sides {
  readonly goesLeft: Uint8Array;
  readonly from: number;
}

/** Places of a node among the sides. */
export const SIDES = 256;

/** Marks the bins of the split's feature that go left; nothing is marked yet. */
export function markLeft({ where, feature }: Split, { bins }: BinnedTable, sides: Sides): void {
  const { goesLeft, from } = sides;
  if (where.kind === 'categorical') {
    for (const bin of where.bins) goesLeft[from + bin] = 1;
    return;
  }
  goesLeft.fill(1, from, from + where.bin + 1);
  const own = bins[feature];
  if (own?.kind === 'numeric' && where.missingLeft === true) {
    goesLeft[from + own.edges.length + 1] = 1;
  }
}
