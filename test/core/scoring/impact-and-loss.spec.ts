import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { impactScore, scaleOf } from '../../../src/core/scoring/impact-score.js';
import {
  MAX_RELATIVE_LOSS,
  lossIfFailure,
  pooledRelativeLoss,
  relativeLossOf,
} from '../../../src/core/scoring/loss-if-failure.js';

const money = fc.double({ min: 0, max: 1e6, noNaN: true });
const share = fc.double({ min: 0, max: 5, noNaN: true });

describe('the impact score', () => {
  it('gives the median past failure 50', () => {
    expect(impactScore(300, scaleOf([100, 300, 4000]))).toBeCloseTo(50, 12);
    expect(impactScore(200, scaleOf([100, 300, 0]))).toBeCloseTo(50, 12);
  });

  it('takes fifty conversions for a middling failure where none was seen', () => {
    expect(impactScore(50, scaleOf([]))).toBeCloseTo(50, 12);
    expect(impactScore(4000, scaleOf([0], 80))).toBeCloseTo(50, 12);
  });

  it('stays in 0..100 and grows with the value lost', () => {
    fc.assert(
      fc.property(money, money, fc.double({ min: 1, max: 1e4, noNaN: true }), (a, b, scale) => {
        const [low, high] = [
          impactScore(Math.min(a, b), scale),
          impactScore(Math.max(a, b), scale),
        ];
        expect(low).toBeGreaterThanOrEqual(0);
        expect(high).toBeLessThanOrEqual(100);
        expect(high).toBeGreaterThanOrEqual(low);
      }),
    );
    expect(impactScore(-3, 10)).toBe(0);
  });
});

describe('the loss if it fails', () => {
  // NumPy: the twenty prior points mixed level by level, np.interp at the weights' middles.
  it('is the stated prior before any failure', () => {
    const prior = pooledRelativeLoss([[], [], []]);
    expect(prior.mean).toBeCloseTo(0.40218488546966186, 8);
    expect(prior.interval[0]).toBeCloseTo(0.07868854, 7);
    expect(prior.interval[1]).toBeCloseTo(1.1940354, 7);
    expect(prior.failures).toBe(0);
  });

  it('pools partially from the coarse levels to the fine', () => {
    const pooled = pooledRelativeLoss([[0.9, 1], [0.5, 0.5, 0.5, 0.5, 0.5], []]);
    expect(pooled.mean).toBeCloseTo(0.5936374590963077, 8);
    expect(pooled.interval[0]).toBeCloseTo(0.12627770990610063, 8);
    expect(pooled.interval[1]).toBeCloseTo(1.2146573672796337, 8);
    expect(pooled.failures).toBe(2);
  });

  it('comes to what was seen when much was seen', () => {
    const many = Array.from({ length: 2000 }, (_, i) => 0.2 + (0.2 * i) / 1999);
    const { mean, interval } = pooledRelativeLoss([many, many, many]);
    expect(mean).toBeCloseTo(0.3, 2);
    expect(interval[0]).toBeCloseTo(0.21, 2);
    expect(interval[1]).toBeCloseTo(0.39, 2);
  });

  it('grows with each past loss and with the conversions expected', () => {
    fc.assert(
      fc.property(
        fc.array(share, { minLength: 1, maxLength: 30 }),
        fc.array(share, { maxLength: 30 }),
        share,
        (fine, coarse, more) => {
          const low = pooledRelativeLoss([fine, coarse]);
          const raised = fine.map((value) => value + more);
          const high = pooledRelativeLoss([raised, coarse]);
          for (const side of [0, 1] as const) {
            expect(high.interval[side]).toBeGreaterThanOrEqual(low.interval[side] - 1e-12);
          }
          expect(high.mean).toBeGreaterThanOrEqual(low.mean);
          expect(low.interval[0]).toBeLessThanOrEqual(low.interval[1]);
          expect(lossIfFailure(low, 20).conversions).toBeCloseTo(
            2 * lossIfFailure(low, 10).conversions,
          );
        },
      ),
    );
  });

  it('measures a past loss against what was expected then', () => {
    expect(relativeLossOf(30, 60)).toBe(0.5);
    expect(relativeLossOf(-2, 60)).toBe(0);
    expect(relativeLossOf(900, 1)).toBe(MAX_RELATIVE_LOSS);
    expect(relativeLossOf(3, 0)).toBeNull();
  });
});
