import { describe, expect, it } from '@jest/globals';
import { seededRandom } from '../../../src/core/statistics/random.js';
import { NeuralForward } from '../../../src/core/training/neural-forward.js';
import { neuralBlocks, neuralWeights } from '../../../src/core/training/neural-shape.js';
import type { NeuralShape } from '../../../src/core/training/neural-shape.js';

const shape: NeuralShape = {
  inputs: [
    { kind: 'numeric', bins: 3 },
    { kind: 'categorical', levels: 3 },
    { kind: 'numeric', bins: 0 },
  ],
  members: 2,
  width: 4,
};
const columns = 5 + 3 + 2;
const length = Object.values(neuralBlocks(shape)).reduce((sum, size) => sum + size, 0);

function randomWeights(seed: number): Float64Array {
  const random = seededRandom(seed);
  return Float64Array.from({ length }, () => 2 * random() - 1);
}

function randomCodes(rows: number): Float32Array {
  const random = seededRandom(99);
  const row = (): number[] => [
    ...[3 * random(), 2 * random() - 1, random() < 0.3 ? 1 : 0],
    Math.floor(3 * random()),
    ...[0, 2 * random() - 1, 0],
  ];
  return Float32Array.from(Array.from({ length: rows }, row).flat());
}

/** The input matrix written out: value, missing flag, bins; levels; value, missing flag. */
function dense([p = 0, x = 0, missing = 0, level = 0, , y = 0, gone = 0]: Float32Array): number[] {
  const bins = [0, 1, 2].map((t) => Math.min(1, Math.max(0, p - t)));
  return [x, missing, ...bins, ...[0, 1, 2].map((l) => (l === level ? 1 : 0)), y, gone];
}

/** The network by its definition, member by member on the dense input, without any folding. */
function byDefinition(weights: Float64Array, input: readonly number[]): number {
  const w = neuralWeights(shape, weights);
  const at = (block: Float64Array, index: number): number => block[index] ?? Number.NaN;
  const relu = (z: number): number => Math.max(0, z);
  const four = [0, 1, 2, 3];
  const probabilities = [0, 1].map((m) => {
    const first = four.map((j) =>
      relu(
        input.reduce(
          (sum, x, c) => sum + x * at(w.scales, c * 2 + m) * at(w.input, c * 4 + j),
          at(w.inputBias, m * 4 + j),
        ),
      ),
    );
    const second = four.map((j) =>
      relu(
        first.reduce((sum, a, i) => sum + a * at(w.hidden, i * 4 + j), at(w.hiddenBias, m * 4 + j)),
      ),
    );
    const logit = second.reduce((sum, a, j) => sum + a * at(w.heads, m * 4 + j), at(w.headBias, m));
    return 1 / (1 + Math.exp(-logit));
  });
  const mean = probabilities.reduce((sum, p) => sum + p, 0) / 2;
  return Math.log(mean / (1 - mean));
}

describe('the neural forward pass', () => {
  const codes = randomCodes(50);
  const row = (i: number): Float32Array => codes.subarray(i * 7, (i + 1) * 7);

  it('answers what the definition of the network gives', () => {
    for (const seed of [1, 2, 3]) {
      const weights = randomWeights(seed);
      new NeuralForward(shape, weights).logOdds(codes).forEach((logOdds, i) => {
        expect(logOdds).toBeCloseTo(byDefinition(weights, dense(row(i))), 5);
      });
    }
  });

  it('starts its explanations at the base point and makes them complete', () => {
    const weights = randomWeights(4);
    const forward = new NeuralForward(shape, weights);
    const base = Array.from(neuralWeights(shape, weights).base);
    expect(base).toHaveLength(columns);
    expect(forward.baseLogOdds()).toBeCloseTo(byDefinition(weights, base), 5);
    const { values, completenessErrors } = forward.contributions(codes);
    forward.logOdds(codes).forEach((logOdds, i) => {
      const parts = values.subarray(3 * i, 3 * i + 3);
      const sum = parts.reduce((total, part) => total + part, 0);
      expect(forward.baseLogOdds() + sum).toBeCloseTo(logOdds, 9);
    });
    expect(Math.max(...completenessErrors.map(Math.abs))).toBeLessThan(0.05);
  });

  it('integrates gradients: equals a fine Riemann sum of finite differences', () => {
    const weights = randomWeights(5);
    const base = Array.from(neuralWeights(shape, weights).base);
    const { values, completenessErrors } = new NeuralForward(shape, weights).contributions(codes);
    const features = [0, 0, 0, 0, 0, 1, 1, 1, 2, 2];
    for (const i of [0, 1, 2]) {
      const target = dense(row(i));
      const expected = [0, 0, 0];
      for (let step = 0.5; step < 400; step += 1) {
        const point = base.map((from, c) => from + (step / 400) * ((target[c] ?? 0) - from));
        for (const feature of [0, 1, 2]) {
          const moved = (by: number): number[] =>
            point.map((x, c) =>
              features[c] === feature ? x + by * ((target[c] ?? 0) - (base[c] ?? 0)) : x,
            );
          const slope = byDefinition(weights, moved(1e-5)) - byDefinition(weights, moved(-1e-5));
          expected[feature] = (expected[feature] ?? 0) + slope / 2e-5 / 400;
        }
      }
      const off = Math.abs(completenessErrors[i] ?? 1) + 0.02;
      expected.forEach((part, feature) => {
        expect(Math.abs((values[3 * i + feature] ?? Number.NaN) - part)).toBeLessThan(off);
      });
    }
  });

  it('refuses weights and rows of the wrong length', () => {
    expect(() => new NeuralForward(shape, new Float64Array(3))).toThrow('weights');
    const forward = new NeuralForward(shape, randomWeights(1));
    expect(() => forward.probabilities(codes.subarray(1))).toThrow('numbers a row');
  });
});
