import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';

import type { Bucket } from '../../src/dashboard/answers.js';
import { linearScale, niceTicks, timeTicks } from '../../src/dashboard/chart-scale.js';
import { seriesOf } from '../../src/dashboard/stage-series.js';

describe('niceTicks', () => {
  it('covers the values with a few whole steps', () => {
    fc.assert(
      fc.property(fc.double({ min: 0.01, max: 1e9, noNaN: true }), (max) => {
        const ticks = niceTicks(max, 4);
        expect(ticks[0]).toBe(0);
        expect(ticks.at(-1)).toBeGreaterThanOrEqual(max);
        expect(ticks.length).toBeGreaterThanOrEqual(2);
        expect(ticks.length).toBeLessThanOrEqual(6);
      }),
    );
  });
});

describe('linearScale', () => {
  it('puts the ends on the ends, and stands an empty range', () => {
    const scale = linearScale([10, 20], [100, 0]);
    expect([10, 15, 20].map(scale)).toEqual([100, 50, 0]);
    expect(linearScale([5, 5], [0, 10])(5)).toBe(0);
  });
});

describe('timeTicks', () => {
  it('names moments of the stretch, no more than fit', () => {
    const from = Date.UTC(2026, 10, 10, 7);
    for (const days of [1, 2, 3, 7, 28, 90]) {
      const ticks = timeTicks([from, from + days * 86_400_000], 8);
      expect(ticks.length).toBeGreaterThanOrEqual(1);
      expect(ticks.length).toBeLessThanOrEqual(9);
      expect(Math.min(...ticks)).toBeGreaterThanOrEqual(from);
    }
  });
});

describe('seriesOf', () => {
  const bucket = (hour: number, counts: Partial<Bucket>): Bucket => ({
    bucketStart: `2026-11-20T0${hour}:00:00.000Z`,
    entered: 100,
    mature: { entered: 100, converted: 20 },
    immature: { entered: 0, converted: 0 },
    conversionRate: 0.2,
    baseline: {
      entered: 90,
      enteredInterval: [80, 100],
      converted: 50,
      convertedInterval: [40, 60],
    },
    ...counts,
  });
  const young = { mature: { entered: 50, converted: 10 }, immature: { entered: 50, converted: 9 } };
  const baseline = { from: '2026-11-20T01:00:00.000Z' };
  const stage = {
    stage: 'cart',
    baseline,
    buckets: [bucket(1, {}), bucket(2, young), bucket(3, {})],
  };

  it('calls a complete bucket low, never one whose people may still convert', () => {
    const { points } = seriesOf(stage, false, '2026-11-20T04:00:00.000Z');
    expect(points.map(({ converted }) => converted)).toEqual([20, 19, 20]);
    expect(points.map(({ isLow }) => isLow)).toEqual([true, false, true]);
    expect(points.map(({ isImmature }) => isImmature)).toEqual([false, true, false]);
  });

  it('never calls a bucket low that is not over', () => {
    const { points } = seriesOf(stage, false, '2026-11-20T03:30:00.000Z');
    expect(points[2]).toMatchObject({ isImmature: true, isLow: false });
  });

  it('leaves out what lies before the first record, and keeps an outage after it', () => {
    const none = { entered: 0, mature: { entered: 0, converted: 0 } };
    const buckets = [bucket(1, none), bucket(2, none), bucket(3, none)];
    const to = '2026-11-20T04:00:00.000Z';
    const later = { from: Date.parse('2026-11-20T02:00:00.000Z') };
    const starts = (from: typeof later | null): number =>
      seriesOf({ stage: 'cart', baseline: from, buckets }, false, to).points.length;
    expect(starts(later)).toBe(2);
    expect(starts(null)).toBe(0);
  });

  it('judges the last stage by its entries', () => {
    const { points } = seriesOf(stage, true, '2026-11-20T04:00:00.000Z');
    expect(points[1]).toMatchObject({ converted: 100, usual: 90, isLow: false, isImmature: false });
  });
});
