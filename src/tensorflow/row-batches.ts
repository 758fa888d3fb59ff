import type { NeuralInput } from '../core/training/neural-shape.js';
import { inputSlots } from '../core/training/neural-shape.js';
import { DenseInputs } from './dense-inputs.js';
import type { Batch } from './neural-graph.js';
import type { NeuralRows } from './neural-rows.js';

/** Where a categorical feature lies in an encoded row, and its level for what fits no other. */
interface CategorySlot {
  readonly slot: number;
  readonly unknown: number;
}

/** Deals out the training rows batch by batch, every row once before any comes again. */
export class RowBatches {
  /** Batches that make up one pass over the rows; the last may be smaller. */
  readonly perPass: number;
  private readonly dense: DenseInputs;
  private readonly order: Uint32Array;
  private readonly categories: readonly CategorySlot[];
  private readonly unit: number;
  private at = 0;

  /** In each batch a `hiding` share of the categories is replaced by one that nobody knows. */
  constructor(
    private readonly rows: NeuralRows,
    private readonly how: { readonly size: number; readonly hiding: number },
    private readonly random: () => number,
  ) {
    const { shape, split, weights } = rows;
    this.dense = new DenseInputs(shape.inputs);
    this.order = split.train.slice();
    this.perPass = Math.ceil(this.order.length / how.size);
    this.categories = categorySlots(shape.inputs);
    const total = this.order.reduce((sum, row) => sum + (weights[row] ?? 0), 0);
    this.unit = total / this.order.length;
  }

  next(): Batch {
    if (this.at === 0) shuffle(this.order, this.random);
    const { rows, order, dense, at } = this;
    const chosen = order.subarray(at, at + this.how.size);
    this.at = at + chosen.length < order.length ? at + chosen.length : 0;
    return {
      rows: chosen.length,
      inputs: dense.matrix(
        this.partlyHidden(chosen),
        chosen.map((_, i) => i),
      ),
      labels: Float32Array.from(chosen, (row) => rows.labels[row] ?? 0),
      weights: Float32Array.from(chosen, (row) => (rows.weights[row] ?? 0) / this.unit),
    };
  }

  private partlyHidden(chosen: Uint32Array): Float32Array {
    const { slots } = this.dense;
    const codes = new Float32Array(chosen.length * slots);
    chosen.forEach((row, i) => {
      codes.set(this.rows.codes.subarray(row * slots, (row + 1) * slots), i * slots);
      for (const { slot, unknown } of this.categories) {
        if (this.random() < this.how.hiding) codes[i * slots + slot] = unknown;
      }
    });
    return codes;
  }
}

function categorySlots(inputs: readonly NeuralInput[]): CategorySlot[] {
  let slot = 0;
  return inputs.flatMap((input) => {
    const from = slot;
    slot += inputSlots(input);
    return input.kind === 'categorical' ? [{ slot: from, unknown: input.levels - 1 }] : [];
  });
}

function shuffle(order: Uint32Array, random: () => number): void {
  for (let i = order.length - 1; i > 0; i -= 1) {
    const j = Math.floor(random() * (i + 1));
    const moved = order[i] ?? 0;
    order[i] = order[j] ?? 0;
    order[j] = moved;
  }
}
