import { describe, expect, it } from '@jest/globals';
import { seededRandom } from '../../src/core/statistics/random.js';
import type { NeuralShape } from '../../src/core/training/neural-shape.js';
import type { NeuralRows } from '../../src/tensorflow/neural-rows.js';
import { RowBatches } from '../../src/tensorflow/row-batches.js';

const shape: NeuralShape = {
  inputs: [
    { kind: 'numeric', bins: 0 },
    { kind: 'categorical', levels: 3 },
  ],
  members: 1,
  width: 4,
};

/** Rows that hold their own number as the numeric value; every other one of them teaches. */
function numbered(rows: number): NeuralRows {
  return {
    shape,
    codes: Float32Array.from({ length: 4 * rows }, (_, at) => (at % 4 === 1 ? (at - 1) / 4 : 0)),
    labels: Uint8Array.from({ length: rows }, (_, row) => row % 2),
    weights: Float64Array.from({ length: rows }, () => 2),
    split: {
      train: Uint32Array.from({ length: rows / 2 }, (_, i) => 2 * i),
      test: Uint32Array.from({ length: rows / 2 }, (_, i) => 2 * i + 1),
    },
  };
}

describe('the batches of a training', () => {
  it('bring every training row once a pass, in another order each time, with a mean weight of 1', () => {
    const batches = new RowBatches(numbered(100), { size: 16, hiding: 0 }, seededRandom(1));
    expect(batches.perPass).toBe(4);
    const passes = [0, 1].map(() =>
      Array.from({ length: 4 }, () => batches.next()).flatMap(({ rows, inputs, weights }) => {
        expect(Array.from(weights)).toEqual(new Array<number>(rows).fill(1));
        expect(inputs).toHaveLength(rows * 6);
        return Array.from({ length: rows }, (_, i) => inputs[6 * i] ?? Number.NaN);
      }),
    );
    const every = Array.from({ length: 50 }, (_, i) => 2 * i);
    for (const pass of passes) expect(pass.toSorted((a, b) => a - b)).toEqual(every);
    expect(passes[0]).not.toEqual(passes[1]);
  });

  it('hide a share of the categories, and nothing else', () => {
    const batches = new RowBatches(numbered(4000), { size: 2000, hiding: 0.1 }, seededRandom(2));
    const { inputs } = batches.next();
    const hidden = inputs.filter((value, at) => at % 6 === 4 && value === 1).length;
    const known = inputs.filter((value, at) => at % 6 === 2 && value === 1).length;
    expect(hidden + known).toBe(2000);
    expect(hidden).toBeGreaterThan(150);
    expect(hidden).toBeLessThan(250);
  });
});
