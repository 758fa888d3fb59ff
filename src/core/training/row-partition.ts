import type { BinnedTable } from './binned-table.js';
import type { Split } from './tree-split.js';

/** The rows of a leaf: a stretch of the order. */
export interface LeafRows {
  readonly begin: number;
  readonly end: number;
}

/** Keeps the rows of each leaf side by side. */
export class RowPartition {
  private readonly left: Int32Array;
  private readonly right: Int32Array;

  /** Room for so many rows. */
  constructor(most: number) {
    this.left = new Int32Array(most);
    this.right = new Int32Array(most);
  }

  /** Moves the rows that go left before the others, either in their order; answers how many they are. */
  part(rows: Int32Array, column: Uint8Array, goesLeft: Uint8Array): number {
    const { left, right } = this;
    let lefts = 0;
    let rights = 0;
    // Both places are written and one counts: a branch here would be guessed wrong half the time.
    for (const row of rows) {
      const isLeft = goesLeft[column[row] ?? 0] ?? 0;
      left[lefts] = row;
      right[rights] = row;
      lefts += isLeft;
      rights += 1 - isLeft;
    }
    rows.set(left.subarray(0, lefts));
    rows.set(right.subarray(0, rights), lefts);
    return lefts;
  }
}

/** 1 for every bin of the split's feature that goes left. */
export function leftBins({ where, feature }: Split, { bins }: BinnedTable): Uint8Array {
  const goesLeft = new Uint8Array(256);
  if (where.kind === 'categorical') {
    for (const bin of where.bins) goesLeft[bin] = 1;
    return goesLeft;
  }
  goesLeft.fill(1, 0, where.bin + 1);
  const own = bins[feature];
  if (own?.kind === 'numeric' && where.missingLeft === true) goesLeft[own.edges.length + 1] = 1;
  return goesLeft;
}
