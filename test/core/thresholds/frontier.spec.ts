import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';

import type { AlertRule } from '../../../src/core/thresholds/alert-rule.js';
import { directionOf, thresholdLevel } from '../../../src/core/thresholds/alert-rule.js';
import { backtestGroups } from '../../../src/core/thresholds/backtest.js';
import type { Evaluations } from '../../../src/core/thresholds/evaluations.js';
import { lossPieces } from '../../../src/core/thresholds/failure-loss.js';
import { levelAtOnset } from '../../../src/core/thresholds/level-at-onset.js';
import { firingLevels } from '../../../src/core/thresholds/firing-levels.js';
import { frontierOf, stepAt } from '../../../src/core/thresholds/frontier.js';
import { pagesOf } from '../../../src/core/thresholds/pages.js';
import { ruleEpisodes } from '../../../src/core/thresholds/rule-episodes.js';
import { COMPARISONS } from '../../../src/core/telemetry/anomaly.js';
import { naiveEpisodes, naiveFiring, naiveShare } from './naive-rule.js';

// Few distinct values, so that thresholds meet them exactly.
const value = fc.oneof(fc.integer({ min: -3, max: 6 }), fc.constantFrom(Number.NaN, Infinity));
const steps = fc.array(fc.tuple(fc.integer({ min: 1, max: 4 }), value), {
  minLength: 1,
  maxLength: 40,
});
const seen = steps.map((pairs): Evaluations => {
  let now = 100;
  const at = pairs.map(([step]) => (now += step));
  return { at: Float64Array.from(at), values: Float64Array.from(pairs, ([, one]) => one) };
});
const rule: fc.Arbitrary<AlertRule> = fc.record({
  comparison: fc.constantFrom(...COMPARISONS),
  for: fc.integer({ min: 0, max: 8 }),
  keepFiringFor: fc.integer({ min: 0, max: 8 }),
  recovery: fc.option(fc.integer({ min: -2, max: 5 }), { nil: undefined }),
  groupGap: fc.integer({ min: 0, max: 10 }),
});
const threshold = fc.integer({ min: -8, max: 14 }).map((half) => half / 2);

describe('a rule at all thresholds at once', () => {
  it('fires at each of them when Prometheus would, and its episodes are the same', () => {
    fc.assert(
      fc.property(seen, rule, threshold, (looks, given, limit) => {
        // A recovery beyond the threshold is none.
        const tied = bounded(given, limit);
        const firing = firingLevels(looks, given);
        const expected = naiveFiring(looks, tied, limit);
        const episodes = naiveEpisodes(looks.at, expected, given.groupGap);
        expect(ruleEpisodes(firing, given, limit).map(({ startedAt }) => startedAt)).toEqual(
          episodes.map(({ startedAt }) => startedAt),
        );
        const level = thresholdLevel(limit, given.comparison);
        expect(Array.from(firing.levels, (beyond) => beyond > level)).toEqual(expected);
        const pages = pagesOf(firing, given.groupGap);
        const frontier = frontierOf(pages, []);
        const step = stepAt(frontier, level);
        expect(frontier.pages[step]).toBe(episodes.length);
      }),
      { numRuns: 1000 },
    );
  });

  it('catches the failures that its episodes catch, as early', () => {
    const failure = fc
      .tuple(fc.integer({ min: 95, max: 200 }), fc.integer({ min: 0, max: 30 }))
      .map(([startedAt, length]) => ({
        id: 'f',
        startedAt,
        endedAt: startedAt + length,
        valueLost: 8,
      }));
    const within = fc.integer({ min: 0, max: 12 });
    fc.assert(
      fc.property(
        fc.tuple(seen, rule, threshold),
        fc.array(failure, { maxLength: 4 }),
        within,
        within,
        ([looks, given, limit], failures, lead, detect) => {
          const firing = firingLevels(looks, given);
          const pages = pagesOf(firing, given.groupGap);
          const losses = failures.map((one) => {
            const open = levelAtOnset(firing, one.startedAt, given.groupGap);
            return {
              failure: one,
              pieces: lossPieces(one, pages, open, { lead, detect, savedShare: 1 }),
            };
          });
          const frontier = frontierOf(pages, losses);
          const level = thresholdLevel(limit, given.comparison);
          const step = stepAt(frontier, level);
          const episodes = naiveEpisodes(
            looks.at,
            naiveFiring(looks, bounded(given, limit), limit),
            given.groupGap,
          );
          const shares = failures.map((one) => {
            const lookAtOnset = looks.at.findLast((at) => at <= one.startedAt) ?? Number.NaN;
            return naiveShare(one, episodes, { lead, detect, lookAtOnset });
          });
          expect(frontier.pages[step]).toBe(episodes.length);
          const loss = shares.reduce((sum, share) => sum + share * 8, 0);
          expect(frontier.loss[step]).toBeCloseTo(loss, 9);
          if (failures.every(({ startedAt, endedAt }) => endedAt - startedAt > detect)) {
            expect(frontier.caught[step]).toBe(shares.filter((share) => share < 1).length);
            const replayed = { ...given, threshold: limit };
            const ids = failures.map((one, i) => ({ ...one, id: `f${i}` }));
            const told = backtestGroups([{ labels: {}, firing }], replayed, ids, { lead, detect });
            expect(told.missed.map(({ id }) => id)).toEqual(
              ids.filter((_, i) => shares[i] === 1).map(({ id }) => id),
            );
            expect(told.episodes.map(({ startedAt }) => startedAt)).toEqual(
              episodes.map(({ startedAt }) => startedAt),
            );
            expect(told.episodes.flatMap(({ failureIds }) => failureIds).sort()).toEqual(
              ids.filter((_, i) => (shares[i] ?? 1) < 1).map(({ id }) => id),
            );
          }
        },
      ),
      { numRuns: 500 },
    );
  });
});

function bounded(given: AlertRule, limit: number): AlertRule {
  if (given.recovery === undefined) return given;
  const worse = directionOf(given.comparison) * (given.recovery - limit) > 0;
  return { ...given, recovery: worse ? limit : given.recovery };
}
