import { describe, expect, it } from '@jest/globals';
import { levelPath, type CountedOutOf } from '../../../src/core/outcomes/level-path.js';

const daysOf = (...counts: (number | null)[]): CountedOutOf[] =>
  counts.map((count) => ({ count: count ?? 0, exposure: count === null ? 0 : 100 }));

const changesOf = (...counts: (number | null)[]): number[] =>
  levelPath(daysOf(...counts), 1).flatMap(({ changed }, day) => (changed ? [day] : []));

const straysOf = (...counts: (number | null)[]): number[] =>
  levelPath(daysOf(...counts), 1).map(({ strays }) => strays);

const week = (count: number): number[] => new Array<number>(7).fill(count);

describe('levelPath', () => {
  it('takes three days that have come up for a change, and two for days by the way', () => {
    expect(changesOf(...week(1000), 4000, 4000, 4000)).toEqual([7]);
    expect(changesOf(...week(1000), 4000, 4000)).toEqual([]);
    expect(straysOf(...week(1000), 4000, 4000).slice(6)).toEqual([0, 1, 1]);
    expect(straysOf(...week(1000), 4000, 4000, 4000, 1000).slice(6)).toEqual([0, 1, 1, 1, 0]);
  });

  it('takes a fall for a change after a week', () => {
    expect(changesOf(...week(1000), ...week(200))).toEqual([7]);
    expect(changesOf(...week(1000), ...week(200).slice(1))).toEqual([]);
    expect(straysOf(...week(1000), ...week(0), 1000).slice(6)).toEqual([
      ...[0, -1, -1, -1, -1, -1, -1, -1, 0],
    ]);
  });

  it('believes one day after hardly any traffic', () => {
    expect(changesOf(1, ...week(0), 1000)).toEqual([8]);
    expect(changesOf(...week(20), 1000)).toEqual([7]);
    expect(changesOf(...week(30), 1000)).toEqual([]);
  });

  it('follows a level that drifts, and chance, without a change', () => {
    const growing = Array.from({ length: 40 }, (_, day) => Math.round(500 * 1.03 ** day));
    expect(changesOf(...growing)).toEqual([]);
    expect(straysOf(...growing).every((side) => side === 0)).toBe(true);
    expect(changesOf(0, 2, 1, 0, 4, 3, 5, 1, 2, 4, 6, 3, 2)).toEqual([]);
  });

  it('looks over days of which nothing is known', () => {
    expect(changesOf(...week(1000), 4000, null, 4000, 4000)).toEqual([7]);
    expect(straysOf(...week(1000), 4000, null).slice(6)).toEqual([0, 1, 1]);
    expect(levelPath(daysOf(null, null), 1).map(({ level }) => level)).toEqual([0, 0]);
    expect(levelPath([], 1)).toEqual([]);
  });
});
