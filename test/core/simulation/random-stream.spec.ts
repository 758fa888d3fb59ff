import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';

import {
  logNormal,
  mix32,
  opaqueId,
  poisson,
  randomStream,
  weighted,
} from '../../../src/core/simulation/random-stream.js';

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

describe('random streams', () => {
  it('give the same numbers for the same seed and concern, others for another of either', () => {
    const first = (seed: number, concern: string): number[] => {
      const random = randomStream(seed, concern);
      return [random(), random(), random()];
    };
    expect(first(7, 'faults')).toEqual(first(7, 'faults'));
    expect(first(7, 'faults')).not.toEqual(first(8, 'faults'));
    expect(first(7, 'faults')).not.toEqual(first(7, 'changes'));
  });

  it.each([0.3, 4, 60, 900])('draw Poisson counts of mean and variance %d', (expected) => {
    const random = randomStream(1, `poisson/${expected}`);
    const counts = Array.from({ length: 20_000 }, () => poisson(random, expected));
    const average = mean(counts);
    const variance = mean(counts.map((count) => (count - average) ** 2));
    // Five standard errors of the mean, and of the variance (about sqrt(2 / n) of it).
    expect(Math.abs(average - expected)).toBeLessThan(5 * Math.sqrt(expected / 20_000));
    const kurtosis = Math.sqrt(2 + 1 / expected);
    expect(Math.abs(variance / expected - 1)).toBeLessThan((5 * kurtosis) / Math.sqrt(20_000));
  });

  it('draw log-normal numbers around their median', () => {
    const random = randomStream(1, 'log-normal');
    const drawn = Array.from({ length: 20_000 }, () => logNormal(random, 30, 0.7));
    const below = drawn.filter((value) => value < 30).length / drawn.length;
    const oneSigma = drawn.filter((value) => value < 30 * Math.exp(0.7)).length / drawn.length;
    expect(below).toBeCloseTo(0.5, 1);
    expect(oneSigma).toBeCloseTo(0.841, 1);
  });

  it('choose in proportion to the weights', () => {
    const random = randomStream(1, 'weighted');
    const chosen = Array.from({ length: 10_000 }, () =>
      weighted(random, [
        ['a', 3],
        ['b', 1],
        ['never', 0],
      ]),
    );
    expect(chosen.filter((item) => item === 'a').length / 10_000).toBeCloseTo(0.75, 1);
    expect(chosen).not.toContain('never');
    expect(() => weighted(random, [])).toThrow(RangeError);
  });

  it('mix one to one', () => {
    fc.assert(
      fc.property(fc.nat(), fc.nat(), (a, b) => {
        expect(mix32(a) === mix32(b)).toBe(a === b);
      }),
    );
  });

  it('name records without telling what they are', () => {
    const ids = Array.from({ length: 5000 }, (_, i) => opaqueId(3, `fault/${i}`));
    expect(new Set(ids).size).toBe(5000);
    for (const id of ids.slice(0, 50)) expect(id).toMatch(/^[0-9a-f]{12}$/);
  });
});
