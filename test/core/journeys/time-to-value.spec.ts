import { describe, expect, it } from '@jest/globals';

import type { insertIntoPath } from '../../../src/core/journeys/actor-path.js';
import { attemptsOf } from '../../../src/core/journeys/attempts.js';
import type { Journey } from '../../../src/core/journeys/journey.js';
import {
  shareReachedBy,
  timeToValue,
  valueObservations,
} from '../../../src/core/journeys/time-to-value.js';

// Weeks of remission under 6-mercaptopurine (Freireich et al. 1963); + was lost from sight.
const REMISSIONS = '6 6 6 6+ 7 9+ 10 10+ 11+ 13 16 17+ 19+ 20+ 22 23 25+ 32+ 32+ 34+ 35+';
const observations = REMISSIONS.split(' ').map((word) => ({
  duration: Number.parseInt(word, 10),
  reached: !word.endsWith('+'),
}));

describe('timeToValue', () => {
  it('is one less the Kaplan-Meier estimate, with a 90 % log-log interval', () => {
    // SciPy: ecdf(CensoredData(...)).cdf, and its confidence_interval(.9, method='log-log').
    const expected = [
      [6, 0.1428571428571428, 0.05784059427987853, 0.32889321940782723, 21, 3],
      [7, 0.19327731092436973, 0.08980216715331646, 0.3875214560144207, 17, 1],
      [10, 0.24705882352941178, 0.12641875672557668, 0.44887661807211554, 15, 1],
      [13, 0.30980392156862746, 0.17023893498016818, 0.5212996903257561, 12, 1],
      [16, 0.37254901960784315, 0.2176087755574342, 0.587387231994295, 11, 1],
      [22, 0.46218487394957974, 0.28076681277502724, 0.6887859194181505, 7, 1],
      [23, 0.5518207282913165, 0.3518864158597065, 0.7735379117549892, 6, 1],
    ];
    const curve = timeToValue(observations.toReversed());
    expect(curve).toHaveLength(expected.length);
    curve.forEach(({ at, share, interval: [low, high], atRisk, reached }, index) => {
      const [wantedAt, wantedShare, wantedLow, wantedHigh, wantedAtRisk, wantedReached] =
        expected[index] ?? [];
      expect([at, atRisk, reached]).toEqual([wantedAt, wantedAtRisk, wantedReached]);
      expect(share).toBeCloseTo(wantedShare ?? Number.NaN, 12);
      expect(low).toBeCloseTo(wantedLow ?? Number.NaN, 12);
      expect(high).toBeCloseTo(wantedHigh ?? Number.NaN, 12);
    });
  });

  it('is a step function that begins at 0', () => {
    const curve = timeToValue(observations);
    expect(shareReachedBy(curve, 5.9)).toBe(0);
    expect(shareReachedBy(curve, 15)).toBeCloseTo(0.3098039, 7);
    expect(shareReachedBy(curve, 100)).toBeCloseTo(0.5518207, 7);
    expect(timeToValue([])).toEqual([]);
  });

  it('is as sure that everybody gets there as so many can be', () => {
    const alone = timeToValue([{ duration: 4, reached: true }]);
    // One who got there: the exact binomial bound, scipy.stats.binomtest(1, 1).
    expect(alone).toMatchObject([{ share: 1, interval: [expect.closeTo(0.05, 12), 1] }]);
    const durations = [1, 2, 2, 3, 3, 3].map((duration) => ({ duration, reached: true }));
    const curve = timeToValue(durations);
    // Half had got there before; of three that were left all three did.
    const low = 1 - 0.5 * (1 - 0.05 ** (1 / 3));
    expect(curve.at(-1)).toMatchObject({ share: 1, interval: [expect.closeTo(low, 12), 1] });
  });
});

describe('valueObservations', () => {
  const journey: Journey = {
    key: 'j',
    name: 'j',
    owner: 'web',
    window: 100,
    order: 'ordered',
    stages: ['A', 'B', 'C'].map((event) => ({ key: event, event, weight: 1 })),
  };
  const path = (...stages: [number, number][]): ReturnType<typeof insertIntoPath> =>
    stages.map(([at, stage]) => ({ at, stages: 1 << stage, segment: null, satisfaction: null }));
  const attempts = [path([0, 0], [30, 1]), path([50, 0]), path([200, 0], [290, 2])].flatMap((own) =>
    attemptsOf(journey, own),
  );

  it('loses sight of an attempt now, or when its window ends', () => {
    const stages = { from: 0, to: 1 };
    expect(valueObservations(journey, attempts, { ...stages, now: 210 })).toEqual([
      { duration: 30, reached: true },
      { duration: 100, reached: false },
      { duration: 10, reached: false },
    ]);
    expect(valueObservations(journey, attempts, { ...stages, now: 20 })).toEqual([
      { duration: 20, reached: false },
    ]);
  });

  it('can begin at a later stage', () => {
    expect(valueObservations(journey, attempts, { from: 1, to: 2, now: 210 })).toEqual([
      { duration: 70, reached: false },
    ]);
  });
});
