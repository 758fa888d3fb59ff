import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';

import { seededRandom } from '../../../src/core/statistics/random.js';
import {
  givenSplit,
  rollingOrigin,
  timeBlocks,
  stratifiedFolds,
  stratifiedSplit,
  timeSplit,
} from '../../../src/core/training/splits.js';
import { foldCount, validationFolds } from '../../../src/core/training/validation-folds.js';

const timedRows = fc.array(
  fc.record({ time: fc.integer({ min: 0, max: 60 }), group: fc.integer({ min: 0, max: 12 }) }),
  { minLength: 5, maxLength: 80 },
);

describe('splits', () => {
  it('follow the column where one is given, and refuse another word with its row', () => {
    const split = givenSplit(['train', ' TEST', 'train']);
    expect([...split.train]).toEqual([0, 2]);
    expect([...split.test]).toEqual([1]);
    expect(() => givenSplit(['train', 'valid'])).toThrow(/row 2 holds "valid"/);
  });

  it('by time train on the first 70 %', () => {
    const times = Float64Array.from({ length: 10 }, (_, i) => 9 - i);
    const { train, test } = timeSplit({ times }, 0.3);
    expect([...train]).toEqual([3, 4, 5, 6, 7, 8, 9]);
    expect([...test]).toEqual([0, 1, 2]);
  });

  it('by time never look ahead, never cut a group or a moment, keep the embargo', () => {
    fc.assert(
      fc.property(timedRows, fc.integer({ min: 0, max: 10 }), (rows, embargo) => {
        const times = Float64Array.from(rows, ({ time }) => time);
        const groups = rows.map(({ group }) => String(group));
        const splits = [
          ...rollingOrigin({ times, groups }, { embargo }),
          timeSplit({ times, groups }, 0.3, embargo),
        ];
        for (const { train, test } of splits) {
          const start = Math.min(...Array.from(test, (row) => times[row] ?? 0));
          for (const row of train) {
            expect(times[row]).toBeLessThan(start);
            expect(start - (times[row] ?? 0)).toBeGreaterThanOrEqual(embargo);
          }
          const later = new Set(Array.from(test, (row) => groups[row]));
          expect(Array.from(train).filter((row) => later.has(groups[row]))).toEqual([]);
        }
      }),
    );
  });

  it('roll the origin over disjoint later stretches with ever more to train on', () => {
    const times = Float64Array.from({ length: 100 }, (_, i) => i);
    const folds = rollingOrigin({ times });
    expect(folds.map(({ train, test }) => [train.length, test.length])).toEqual([
      [40, 20],
      [60, 20],
      [80, 20],
    ]);
  });

  it('at random keep the share of positives and every group whole', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1000 }), (seed) => {
        const labels = Uint8Array.from({ length: 200 }, (_, i) => (i % 4 === 0 ? 1 : 0));
        const { train, test } = stratifiedSplit({ labels }, 0.3, seededRandom(seed));
        expect([train.length, test.length]).toEqual([140, 60]);
        expect(Array.from(test, (row) => labels[row] ?? 0).reduce((a, b) => a + b)).toBe(15);
        const groups = Array.from(labels, (_, i) => `incident ${i % 37}`);
        const folds = stratifiedFolds({ labels, groups }, 5, seededRandom(seed));
        const tested = folds.flatMap((fold) => [...fold.test]).sort((a, b) => a - b);
        expect(tested).toEqual(Array.from(labels.keys()));
        for (const fold of folds) {
          const held = new Set(Array.from(fold.test, (row) => groups[row]));
          expect(Array.from(fold.train).some((row) => held.has(groups[row]))).toBe(false);
        }
      }),
      { numRuns: 20 },
    );
  });
});

describe('validation folds', () => {
  it.each([
    [40, 3],
    [400, 1],
  ])(
    'of many rows with %d positives are %d: one part of rare ones would judge by chance',
    (positives, folds) => {
      const labels = Uint8Array.from({ length: 20_000 }, (_, row) => (row < positives ? 1 : 0));
      const set = { labels, weights: new Float64Array(20_000).fill(1) };
      expect(foldCount(set)).toBe(folds);
      const judged = validationFolds(set, seededRandom(1)).flatMap(({ test }) => [...test]);
      const found = judged.filter((row) => labels[row] === 1).length;
      expect(found).toBe(folds === 1 ? positives / 4 : positives);
    },
  );
});

describe('time blocks', () => {
  it('test every row once, a stretch of time each, and keep moments and groups whole', () => {
    const random = seededRandom(4);
    const times = Float64Array.from({ length: 120 }, () => Math.floor(40 * random()));
    const groups = Array.from({ length: 120 }, () => `incident ${Math.floor(60 * random())}`);
    const folds = timeBlocks({ times, groups }, 3);
    expect(folds).toHaveLength(3);
    expect(folds.flatMap(({ test }) => [...test]).sort((a, b) => a - b)).toEqual([...times.keys()]);
    let before = Number.NEGATIVE_INFINITY;
    for (const { train, test } of folds) {
      const [moments, tested] = [Array.from(test, (row) => times[row] ?? 0), new Set(test)];
      expect(Math.min(...moments)).toBeGreaterThan(before);
      before = Math.max(...moments);
      const inTest = new Set(Array.from(test, (row) => groups[row]));
      const rest = groups.flatMap((group, row) =>
        tested.has(row) || inTest.has(group) ? [] : [row],
      );
      expect([...train]).toEqual(rest);
    }
  });

  it('leave out what one moment swallows', () => {
    expect(timeBlocks({ times: new Float64Array(9).fill(5) }, 3)).toEqual([]);
  });
});
