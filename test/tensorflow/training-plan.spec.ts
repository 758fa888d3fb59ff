import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { NeuralShape } from '../../src/core/training/neural-shape.js';
import { NEURAL_RECIPE } from '../../src/tensorflow/neural-recipe.js';
import { trainingPlan } from '../../src/tensorflow/training-plan.js';

const shapeOf = (features: number): NeuralShape => ({
  inputs: Array.from({ length: features }, () => ({ kind: 'numeric', bins: 16 })),
  members: 8,
  width: 32,
});

describe('the plan of a training', () => {
  it('looks several times and keeps to the passes and the work that it may take', () => {
    const sizes = [fc.integer({ min: 1, max: 300 }), fc.integer({ min: 150, max: 2e6 })] as const;
    fc.assert(
      fc.property(...sizes, (features, rows) => {
        const { batch, steps, look } = trainingPlan(shapeOf(features), rows, NEURAL_RECIPE);
        expect(look).toBeGreaterThan(0);
        expect(steps / look).toBeGreaterThanOrEqual(6);
        expect(steps).toBeLessThanOrEqual(NEURAL_RECIPE.passes * Math.ceil(rows / batch));
        const units = 8 * 32;
        const work = steps * batch * units * (2 * 18 * features + 3 * 32);
        const floor = 6 * batch * units * (2 * 18 * features + 3 * 32);
        expect(work).toBeLessThanOrEqual(Math.max(NEURAL_RECIPE.work, floor));
      }),
    );
  });

  it('takes batches of about a hundredth of a small table, and 256 rows of a large one', () => {
    const batches = [200, 3000, 9000, 30_000, 1e6].map(
      (rows) => trainingPlan(shapeOf(15), rows, NEURAL_RECIPE).batch,
    );
    expect(batches).toEqual([32, 32, 64, 256, 256]);
  });
});
