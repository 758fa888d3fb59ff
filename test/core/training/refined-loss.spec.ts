import { describe, expect, it } from '@jest/globals';

import { seededRandom } from '../../../src/core/statistics/random.js';
import { sigmoid } from '../../../src/core/training/linear-margin.js';
import { RefinedLoss } from '../../../src/core/training/refined-loss.js';

const START = -1;
const ROWS = 4000;
const rows = Int32Array.from({ length: ROWS }, (_, row) => row);
const weights = new Float64Array(ROWS).fill(1);

/** Log-odds as they are, with labels drawn by them. */
function world(): { odds: Float64Array; targets: Uint8Array } {
  const random = seededRandom(4);
  const odds = Float64Array.from({ length: ROWS }, () => START + 3 * (random() - 0.5));
  return { odds, targets: Uint8Array.from(odds, (z) => (random() < sigmoid(z) ? 1 : 0)) };
}

function lossOf(odds: Float64Array, targets: Uint8Array): number {
  return odds.reduce(
    (sum, z, row) => sum - Math.log(targets[row] === 1 ? sigmoid(z) : sigmoid(-z)),
    0,
  );
}

describe('the loss that remains once level and confidence are mended', () => {
  const { odds, targets } = world();
  const refined = (scores: Float64Array): number =>
    new RefinedLoss({ targets, weights }, rows, START).of(scores);

  it('is the same for scores of another level and of twice the confidence', () => {
    const right = refined(odds);
    expect(refined(odds.map((z) => z + 2))).toBeCloseTo(right, 2);
    expect(refined(odds.map((z) => START + 2 * (z - START)))).toBeCloseTo(right, 2);
  });

  it('is more for half the confidence: more learning mends that', () => {
    const half = odds.map((z) => START + (z - START) / 2);
    expect(refined(half)).toBeGreaterThan(refined(odds) + 20);
    expect(refined(half)).toBeCloseTo(lossOf(half, targets), 0);
  });

  it('is at most the loss of the scores, and nearly that where they are right', () => {
    const plain = lossOf(odds, targets);
    expect(refined(odds)).toBeLessThanOrEqual(plain);
    expect(refined(odds)).toBeGreaterThan(plain - 5);
  });

  it('has nothing for scores in the wrong order: what is left is the loss of the base rate', () => {
    const rate = targets.reduce((sum, one) => sum + one, 0) / ROWS;
    const base = lossOf(new Float64Array(ROWS).fill(Math.log(rate / (1 - rate))), targets);
    expect(refined(odds.map((z) => START - (z - START)))).toBeCloseTo(base, 1);
  });

  it('counts a row as often as its weight', () => {
    const twice = new RefinedLoss({ targets, weights: weights.map(() => 2) }, rows, START);
    expect(twice.of(odds)).toBeCloseTo(2 * refined(odds), 1);
  });

  it('is no more than that of the best level, wherever the search begins', () => {
    const random = seededRandom(6);
    const count = 100;
    const steps = Float64Array.from({ length: count }, () => 4 * (random() - 0.5));
    const even = Uint8Array.from(steps, (z) => (random() < sigmoid(z) ? 1 : 0));
    const on = { targets: even, weights: weights.subarray(0, count) };
    for (const begin of [-6, -4, -3, 3, 4, 6]) {
      const found = new RefinedLoss(on, rows.subarray(0, count), begin);
      expect(found.of(steps.map((z) => begin + z))).toBeLessThan(count * Math.LN2);
    }
  });

  it('follows scores from step to step as if it began anew', () => {
    const following = new RefinedLoss({ targets, weights }, rows, START);
    for (const share of [0.1, 0.3, 1, 2, 3]) {
      const scores = odds.map((z) => START + share * (z - START));
      expect(following.of(scores)).toBeCloseTo(refined(scores), 3);
    }
  });

  it.each([
    ['a model of rare failures is judged where every other row is one', Math.log(0.0005 / 0.9995)],
    ['a model that is sure of failure is', 50],
    ['a model that is sure of none is', -50],
  ])('finds the level where %s', (_, start) => {
    const half = Uint8Array.from(rows, (row) => row % 2);
    const judged = new RefinedLoss({ targets: half, weights }, rows, start);
    const best = ROWS * Math.LN2;
    const said = judged.of(new Float64Array(ROWS).fill(start));
    // From 50 it takes more steps than a tree is worth: what counts is that it is a number.
    if (Math.abs(start) < 20) expect(said).toBeCloseTo(best, 2);
    else expect(said).toBeGreaterThan(best);
    expect(said).toBeLessThan(ROWS * 26);
  });

  it('is none where all rows are failures and the scores are sure of it', () => {
    const all = new RefinedLoss({ targets: new Uint8Array(ROWS).fill(1), weights }, rows, 0);
    expect(all.of(new Float64Array(ROWS).fill(50))).toBeCloseTo(0, 9);
  });

  it('stays finite where scores part the labels altogether', () => {
    const apart = Float64Array.from(targets, (target) => START + (target === 1 ? 40 : -40));
    expect(refined(apart)).toBeGreaterThanOrEqual(0);
    expect(refined(apart)).toBeLessThan(1);
  });
});
