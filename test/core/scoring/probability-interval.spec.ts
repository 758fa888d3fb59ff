import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  effectiveEpisodes,
  probabilityInterval,
} from '../../../src/core/scoring/probability-interval.js';

describe('the interval of a probability', () => {
  // scipy.stats.beta.ppf([.05, .95], n p + .5, n (1 - p) + .5)
  it.each([
    [0.83, 40, 0.71649405, 0.9093976],
    [0.1, 4, 0.00859064, 0.49856823],
    [0.02, 4, 0.00111397, 0.39348217],
  ])('of %d from %d episodes is as SciPy has it', (probability, episodes, low, high) => {
    const interval = probabilityInterval(probability, episodes);
    expect(interval[0]).toBeCloseTo(low, 7);
    expect(interval[1]).toBeCloseTo(high, 7);
  });

  it('holds the probability, lies in 0..1 and narrows with episodes', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.double({ min: 4, max: 500, noNaN: true }),
        (probability, episodes) => {
          const [low, high] = probabilityInterval(probability, episodes);
          expect(low).toBeGreaterThanOrEqual(0);
          expect(low).toBeLessThanOrEqual(probability);
          expect(high).toBeGreaterThanOrEqual(probability);
          expect(high).toBeLessThanOrEqual(1);
        },
      ),
    );
    const width = (episodes: number) => {
      const [low, high] = probabilityInterval(0.3, episodes);
      return high - low;
    };
    expect(width(400)).toBeLessThan(width(40));
    expect(width(40)).toBeLessThan(width(4));
  });

  it('counts like episodes by how like they are', () => {
    const tally = (decided: number) => ({ failures: 0, decided });
    const labels = {
      overall: tally(900),
      stage: tally(110),
      service: tally(50),
      rule: tally(30),
      serviceRule: tally(10),
    };
    expect(effectiveEpisodes(labels, 'model')).toBe(4 + 10 + 10 + 8);
    expect(effectiveEpisodes(labels, 'prior')).toBe(4);
    expect(effectiveEpisodes(null, 'model')).toBe(4);
    expect(effectiveEpisodes({ ...labels, serviceRule: null, rule: null }, 'model')).toBe(15);
  });
});
