import { describe, expect, it } from '@jest/globals';
import { seededRandom } from '../../src/core/statistics/random.js';
import { refinement } from '../../src/tensorflow/refinement.js';
import type { JudgedLogits } from '../../src/tensorflow/refinement.js';

const judged: JudgedLogits = {
  logits: Float32Array.of(2, 1, -3, -1.5, 0.5, 2.5, -0.25, 1, 4, 3, -2, 0.5, 1.5, -1, -1, -4),
  members: 2,
  labels: Uint8Array.of(1, 0, 0, 1, 1, 0, 1, 1),
  weights: Float64Array.of(1, 2, 0.5, 1, 1, 1, 3, 0.25),
};

describe('the refinement of what an ensemble says', () => {
  it('is the log loss at the best temperature, as scipy.optimize.minimize_scalar finds it', () => {
    const { logLoss, sharpness } = refinement(judged);
    expect(logLoss).toBeCloseTo(0.4590112234392211, 9);
    expect(sharpness).toBeCloseTo(1.3576990140728822, 3);
  });

  it('does not change with confidence: logits times a factor are told apart as well', () => {
    const { logLoss, sharpness } = refinement(judged);
    for (const factor of [0.25, 0.5, 3]) {
      const other = refinement({ ...judged, logits: judged.logits.map((z) => factor * z) });
      expect(other.logLoss).toBeCloseTo(logLoss, 6);
      expect(other.sharpness * factor).toBeCloseTo(sharpness, 2);
    }
  });

  it('is near the truth where logits are five times too confident', () => {
    const random = seededRandom(3);
    const logits = Float32Array.from({ length: 4000 }, () => 8 * random() - 4);
    const labels = Uint8Array.from(logits, (z) => (random() < 1 / (1 + Math.exp(-z)) ? 1 : 0));
    const weights = new Float64Array(labels.length).fill(1);
    const confident = { logits: logits.map((z) => 5 * z), members: 1, labels, weights };
    expect(refinement(confident).sharpness).toBeGreaterThan(0.18);
    expect(refinement(confident).sharpness).toBeLessThan(0.22);
  });
});
