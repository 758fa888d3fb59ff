import { inputColumns, inputSlots } from '../core/training/neural-shape.js';
import type { NeuralInput } from '../core/training/neural-shape.js';

/** Writes encoded rows out as the input matrix, with bins and levels unfolded. */
export class DenseInputs {
  /** Without the column of ones that a matrix ends with. */
  readonly columns: number;
  readonly slots: number;

  constructor(private readonly inputs: readonly NeuralInput[]) {
    this.columns = inputs.reduce((sum, input) => sum + inputColumns(input), 0);
    this.slots = inputs.reduce((sum, input) => sum + inputSlots(input), 0);
  }

  /** The matrix (rows x columns and one of ones) of the rows with the given numbers, in that order. */
  matrix(codes: Float32Array, rows: Uint32Array): Float32Array {
    const stride = this.columns + 1;
    const dense = new Float32Array(rows.length * stride);
    rows.forEach((row, i) => {
      const line = dense.subarray(i * stride, (i + 1) * stride);
      this.write(codes, row * this.slots, line);
      line[this.columns] = 1;
    });
    return dense;
  }

  /** The weighted mean of the rows, column by column; zeros where no row has a weight. */
  mean(codes: Float32Array, weights: Float64Array): Float64Array {
    const sums = new Float64Array(this.columns);
    const line = new Float32Array(this.columns);
    let total = 0;
    weights.forEach((weight, row) => {
      if (weight === 0) return;
      total += weight;
      this.write(codes, row * this.slots, line.fill(0));
      for (let c = 0; c < sums.length; c += 1) sums[c] = (sums[c] ?? 0) + weight * (line[c] ?? 0);
    });
    return total > 0 ? sums.map((sum) => sum / total) : sums;
  }

  private write(codes: Float32Array, from: number, line: Float32Array): void {
    let [slot, column] = [from, 0];
    for (const input of this.inputs) {
      const value = codes[slot] ?? 0;
      if (input.kind === 'categorical') line[column + value] = 1;
      else {
        line[column] = codes[slot + 1] ?? 0;
        line[column + 1] = codes[slot + 2] ?? 0;
        const whole = Math.floor(value);
        line.fill(1, column + 2, column + 2 + whole);
        if (whole < input.bins) line[column + 2 + whole] = value - whole;
      }
      slot += inputSlots(input);
      column += inputColumns(input);
    }
  }
}
