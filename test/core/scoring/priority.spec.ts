import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  DEFAULT_PRIORITY_WEIGHTS,
  bandOf,
  priorityOf,
} from '../../../src/core/scoring/priority.js';

const part = fc.double({ min: 0, max: 1, noNaN: true });
const weight = fc.double({ min: 0.1, max: 9, noNaN: true });

describe('the priority', () => {
  it('is the geometric mean of its parts and shows them', () => {
    const parts = { uxSeverity: 0.78, businessSensitivity: 0.95, feasibility: 0.94 };
    const priority = priorityOf(parts, DEFAULT_PRIORITY_WEIGHTS);
    expect(priority.value).toBeCloseTo(Math.cbrt(0.78 * 0.95 * 0.94), 12);
    expect(priority).toMatchObject({ ...parts, band: 'P1', weightsVersion: 1 });
  });

  it('leaves out a part of weight zero, even where the part is zero', () => {
    const parts = { uxSeverity: 0.5, businessSensitivity: 0.5, feasibility: 0 };
    expect(priorityOf(parts, DEFAULT_PRIORITY_WEIGHTS).value).toBe(0);
    const weights = { ...DEFAULT_PRIORITY_WEIGHTS, feasibility: 0 };
    expect(priorityOf(parts, weights).value).toBeCloseTo(0.5, 12);
  });

  it('lies between its least and its greatest part and grows with each', () => {
    fc.assert(
      fc.property(fc.tuple(part, part, part), part, fc.tuple(weight, weight, weight), (p, q, w) => {
        const weights = {
          version: 3,
          uxSeverity: w[0],
          businessSensitivity: w[1],
          feasibility: w[2],
        };
        const of = (ux: number) =>
          priorityOf({ uxSeverity: ux, businessSensitivity: p[1], feasibility: p[2] }, weights)
            .value;
        expect(of(p[0])).toBeGreaterThanOrEqual(Math.min(...p) - 1e-12);
        expect(of(p[0])).toBeLessThanOrEqual(Math.max(...p) + 1e-12);
        expect(of(Math.max(p[0], q))).toBeGreaterThanOrEqual(of(Math.min(p[0], q)));
      }),
    );
  });

  it('has bands that begin at their floors', () => {
    expect([1, 0.8, 0.79, 0.6, 0.4, 0.2, 0.19, 0].map(bandOf)).toEqual([
      'P1',
      'P1',
      'P2',
      'P2',
      'P3',
      'P4',
      'P5',
      'P5',
    ]);
  });
});
