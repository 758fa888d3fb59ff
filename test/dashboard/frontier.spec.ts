import { describe, expect, it } from '@jest/globals';

import { valueTicks } from '../../src/dashboard/chart-scale.js';
import { drawnRuns, move, pointInWords } from '../../src/dashboard/frontier.js';

const point = (cost: number, threshold = 0) => ({
  ...{ cost, threshold, pages: 3, pagesPerWeek: 1.5, caught: 2, missed: 1 },
});
const runsOf = (...costs: number[]): number[][] =>
  drawnRuns(
    costs.map((cost) => point(cost)),
    10,
  ).map((run) => run.map(({ cost }) => cost));

describe('the frontier', () => {
  it('is drawn where its cost is within the drawing', () => {
    expect(runsOf(1, 2, 3)).toEqual([[1, 2, 3]]);
    expect(runsOf(99, 98, 3, 4, 97, 96)).toEqual([[98, 3, 4, 97]]);
    expect(runsOf(1, 99, 2)).toEqual([
      [1, 99],
      [99, 2],
    ]);
    expect(runsOf(1, 99, 98, 97, 2)).toEqual([
      [1, 99],
      [97, 2],
    ]);
    expect(runsOf(99, 98)).toEqual([]);
    expect(runsOf()).toEqual([]);
  });

  it('has round numbers on its axis', () => {
    expect(valueTicks([0.9, 2.1], 4)).toEqual([1, 1.5, 2]);
    expect(valueTicks([-30, 30], 3)).toEqual([-20, 0, 20]);
    expect(valueTicks([3, 3], 4)).toEqual([3]);
  });

  it('is told in words', () => {
    expect(pointInWords(point(33, 1.5), '>', { unit: 'EUR', inWords: (cost) => `€${cost}` })).toBe(
      '> 1.5\n1.5 pages a week\n2 failures caught, 1 missed\ncost €33',
    );
    const rule = { name: 'r', comparison: '<', threshold: 2 };
    const one = { rule, current: point(1, 2) } as unknown as Parameters<typeof move>[0];
    expect(move({ ...one, suggested: point(1, 3) })).toBe('< 2 → 3');
    expect(move({ ...one, suggested: point(1, 2) })).toBe('< 2');
    expect(move({ ...one, suggested: null })).toBe('< 2');
    const bytes = { ...one, current: point(1, 1_073_741_824) };
    expect(move({ ...bytes, suggested: point(1, 1_073_800_000) })).toBe(
      '< 1,073,741,824 → 1,073,800,000',
    );
  });
});
