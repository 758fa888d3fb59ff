import { describe, expect, it } from '@jest/globals';
import { seededRandom } from '../../src/core/statistics/random.js';
import { neuralBlocks } from '../../src/core/training/neural-shape.js';
import type { NeuralShape } from '../../src/core/training/neural-shape.js';
import { AdamW } from '../../src/tensorflow/adamw.js';
import { tensorBackend } from '../../src/tensorflow/backend.js';
import { NeuralGraph } from '../../src/tensorflow/neural-graph.js';

const shape: NeuralShape = { inputs: [{ kind: 'numeric', bins: 2 }], members: 2, width: 4 };
const sizes = neuralBlocks(shape);
const length = Object.values(sizes).reduce((sum, size) => sum + size, 0) - sizes.base;

describe('the graph of the neural ensemble', () => {
  it('has the gradient of its loss, by central differences', async () => {
    const { tf } = await tensorBackend();
    // A seed with no unit so near its kink that a step would cross it.
    const random = seededRandom(10);
    const floats = (size: number): Float32Array =>
      Float32Array.from({ length: size }, () => 2 * random() - 1);
    const graph = new NeuralGraph(tf, shape);
    const weights = floats(length);
    const batch = {
      rows: 6,
      inputs: floats(6 * (sizes.base + 1)),
      labels: Float32Array.of(0, 1, 1, 0, 1, 0),
      weights: Float32Array.of(1, 0.5, 2, 0, 1.5, 1),
    };
    const gradient = new Float32Array(length);
    const aside = new Float32Array(length);
    graph.gradient(weights, batch, gradient);
    expect(Math.max(...gradient.map(Math.abs))).toBeGreaterThan(0.01);
    weights.forEach((weight, i) => {
      const at = (by: number): number => graph.gradient(weights.with(i, weight + by), batch, aside);
      expect(Math.abs((at(2e-3) - at(-2e-3)) / 4e-3 - (gradient[i] ?? 1))).toBeLessThan(2e-4);
    });
  });

  it('gives all its tensors back', async () => {
    const { tf } = await tensorBackend();
    const before = tf.memory().numTensors;
    const batch = {
      rows: 2,
      inputs: new Float32Array(2 * (sizes.base + 1)),
      labels: Float32Array.of(0, 1),
      weights: Float32Array.of(1, 1),
    };
    const graph = new NeuralGraph(tf, shape);
    graph.gradient(new Float32Array(length), batch, new Float32Array(length));
    graph.logits(new Float32Array(length), 2, batch.inputs);
    graph.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });
});

describe('AdamW', () => {
  it('steps by the rate against the sign at first, and decays apart from the gradient', () => {
    const weights = Float32Array.of(2, 2, 2);
    const optimizer = new AdamW({ decay: 0.1, beta1: 0.9, beta2: 0.99 }, Uint8Array.of(1, 0, 1));
    optimizer.step(weights, Float32Array.of(5, -0.001, 0), 0.01);
    [2 - 0.01 * 0.1 * 2 - 0.01, 2 + 0.01, 2 - 0.01 * 0.1 * 2].forEach((expected, i) => {
      expect(weights[i]).toBeCloseTo(expected, 4);
    });
    // Second step by hand: running means of slope and squared slope, both bias-corrected.
    optimizer.step(weights, Float32Array.of(1, 1, 1), 0.01);
    const mean = (0.9 * 0.1 * -0.001 + 0.1) / (1 - 0.9 ** 2);
    const square = (0.99 * 0.01 * 1e-6 + 0.01) / (1 - 0.99 ** 2);
    expect(weights[1]).toBeCloseTo(2.01 - (0.01 * mean) / Math.sqrt(square), 4);
  });
});
