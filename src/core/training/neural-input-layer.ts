import { RowTerms, sumRows } from './row-sum.js';
import { foldInput } from './neural-fold.js';
import { inputColumns, inputSlots, neuralWeights } from './neural-shape.js';
import type { NeuralInput, NeuralShape } from './neural-shape.js';

interface Slot {
  readonly input: NeuralInput;
  /** First number of the feature in an encoded row. */
  readonly code: number;
  /** First row of the feature in the table. */
  readonly column: number;
}

/**
 * First layer of the neural ensemble with every member's scales folded in. A row touches a few
 * rows of the table only: bins hold running sums, so a number costs two, a category one.
 */
export class NeuralInputLayer {
  readonly slotsPerRow: number;
  readonly features: number;
  /** What the layer gives for the base point. */
  readonly baseUnits: Float64Array;
  private readonly slots: readonly Slot[];
  private readonly units: number;
  private readonly table: Float32Array;
  /** Where the biases begin, after the last column. */
  private readonly bias: number;
  /** Each feature's part at the base point, features x units. */
  private readonly baseParts: Float64Array;
  private readonly terms: RowTerms;

  constructor(shape: NeuralShape, weights: Float64Array) {
    let [code, column] = [0, 0];
    this.slots = shape.inputs.map((input) => {
      const slot = { input, code, column };
      code += inputSlots(input);
      column += inputColumns(input);
      return slot;
    });
    this.slotsPerRow = code;
    this.features = this.slots.length;
    this.units = shape.members * shape.width;
    const blocks = neuralWeights(shape, weights);
    const folded = new Float64Array(blocks.base.length * this.units);
    foldInput(shape, blocks, folded);
    this.baseParts = this.partsAt(blocks.base, folded);
    this.baseUnits = blocks.inputBias.slice();
    this.baseParts.forEach((part, i) => {
      this.baseUnits[i % this.units] = (this.baseUnits[i % this.units] ?? 0) + part;
    });
    this.bias = folded.length;
    this.table = new Float32Array(folded.length + this.units);
    this.table.set(this.withRunningSums(folded));
    this.table.set(blocks.inputBias, this.bias);
    this.terms = new RowTerms(MOST_TERMS * this.features + 1);
  }

  /** Writes the layer's answer (before its ReLU) for the encoded row that starts at `at`. */
  apply(codes: Float32Array, at: number, units: Float64Array): void {
    this.terms.clear();
    this.terms.note(this.bias, 1);
    for (const slot of this.slots) this.gather(slot, codes, at);
    sumRows(this.table, this.terms, units);
  }

  /** Writes per feature: (its part of the row - its part of the base) times the gradient. */
  project(codes: Float32Array, at: number, gradient: Float64Array, parts: Float64Array): void {
    for (const [i, slot] of this.slots.entries()) {
      this.terms.clear();
      this.gather(slot, codes, at);
      const { offsets, shares, count } = this.terms;
      let sum = -dot(this.baseParts, i * this.units, gradient);
      for (let t = 0; t < count; t += 1) {
        sum += (shares[t] ?? 0) * dot(this.table, offsets[t] ?? 0, gradient);
      }
      parts[i] = sum;
    }
  }

  /** Notes the table rows, with their shares, that make up one feature of one encoded row. */
  private gather(slot: Slot, codes: Float32Array, at: number): void {
    const value = codes[at + slot.code] ?? 0;
    if (slot.input.kind === 'categorical') {
      this.note(slot.column + value, 1);
      return;
    }
    const whole = Math.floor(value);
    this.note(slot.column, codes[at + slot.code + 1] ?? 0);
    this.note(slot.column + 1, codes[at + slot.code + 2] ?? 0);
    if (whole > 0) this.note(slot.column + 1 + whole, 1 - value + whole);
    this.note(slot.column + 2 + whole, value - whole);
  }

  private note(column: number, share: number): void {
    this.terms.note(column * this.units, share);
  }

  private partsAt(point: Float64Array, folded: Float64Array): Float64Array {
    const parts = new Float64Array(this.features * this.units);
    for (const [i, { input, column }] of this.slots.entries()) {
      for (let c = column; c < column + inputColumns(input); c += 1) {
        for (let j = 0; j < this.units; j += 1) {
          const term = (point[c] ?? 0) * (folded[c * this.units + j] ?? 0);
          parts[i * this.units + j] = (parts[i * this.units + j] ?? 0) + term;
        }
      }
    }
    return parts;
  }

  private withRunningSums(folded: Float64Array): Float64Array {
    const sums = folded.slice();
    for (const { input, column } of this.slots) {
      if (input.kind === 'categorical') continue;
      const from = (column + 3) * this.units;
      const to = (column + inputColumns(input)) * this.units;
      for (let at = from; at < to; at += 1) {
        sums[at] = (sums[at] ?? 0) + (sums[at - this.units] ?? 0);
      }
    }
    return sums;
  }
}

/** Table rows that one feature takes at most. */
const MOST_TERMS = 4;

function dot(table: Float32Array | Float64Array, from: number, vector: Float64Array): number {
  let sum = 0;
  for (let j = 0; j < vector.length; j += 1) sum += (table[from + j] ?? 0) * (vector[j] ?? 0);
  return sum;
}
