import { describe, expect, it } from '@jest/globals';

import { MINUTE } from '../../../src/core/telemetry/time.js';
import { evidenceOfEpisodes } from '../../../src/core/thresholds/episode-evidence.js';
import { frontierOf } from '../../../src/core/thresholds/frontier.js';
import { pagesOf } from '../../../src/core/thresholds/pages.js';
import { ruleEpisodes } from '../../../src/core/thresholds/rule-episodes.js';
import type { LabelledHistory } from '../../../src/core/thresholds/series-groups.js';
import { evaluationsOfSeries, seriesGroups } from '../../../src/core/thresholds/series-groups.js';
import { pointAt } from '../../../src/core/thresholds/threshold-point.js';
import { isWatched } from '../../../src/core/thresholds/watch-hours.js';

const RULE = { comparison: '>' as const, for: 0, keepFiringFor: 0, groupGap: 0 };

const series = (pod: string, values: number[], from = 0): LabelledHistory => ({
  labels: { pod, zone: 'z' },
  history: {
    at: Float64Array.from(values, (_, i) => from + i * MINUTE),
    values: Float64Array.from(values),
  },
});

describe('several series of one rule', () => {
  const looked = evaluationsOfSeries(
    [series('a', [0, 5, 5, 0, 0, 0]), series('b', [0, 0, 5, 5, 0, 7])],
    () => ({ staleness: 5 * MINUTE }),
  );
  const starts = (groupBy: string[]): (readonly [string, number])[] =>
    seriesGroups(looked, RULE, groupBy).flatMap(({ labels, firing }) =>
      ruleEpisodes(firing, RULE, 3).map(
        ({ startedAt }) => [labels['pod'] ?? '', startedAt / MINUTE] as const,
      ),
    );

  it('page once while any of a group fires', () => {
    expect(starts([])).toEqual([
      ['', 1],
      ['', 5],
    ]);
    expect(starts(['zone'])).toHaveLength(2);
    expect(starts(['pod'])).toEqual([
      ['a', 1],
      ['b', 2],
      ['b', 5],
    ]);
  });

  it('are one group at every threshold at once', () => {
    const [group] = seriesGroups(looked, RULE);
    const { at, low, high } = pagesOf(
      group?.firing ?? { at: new Float64Array(), levels: new Float64Array() },
      0,
    );
    expect([...at].map((time, i) => [time / MINUTE, low[i], high[i]])).toEqual([
      [0, -Infinity, 0],
      [1, 0, 5],
      [5, 0, 7],
    ]);
  });

  it('end where they grow stale, not with the others', () => {
    const [short] = evaluationsOfSeries(
      [
        series('a', [9]),
        series(
          'b',
          Array.from({ length: 30 }, () => 0),
        ),
      ],
      () => ({ staleness: 5 * MINUTE }),
    );
    expect([...(short?.seen.at ?? [])]).toEqual([0, 5 * MINUTE + 1]);
    expect(short?.seen.values[1]).toBeNaN();
  });
});

describe('episodes of which only the peak is known', () => {
  const failure = { id: 'f', startedAt: 100, endedAt: 200, valueLost: 10 };
  const view = { from: 0, until: 1000, lowest: 1, groupGap: 0 };
  const catching = { lead: 20, detect: 50, savedShare: 1 };
  const episodes = [
    { at: 10, endedAt: 20, level: 3 },
    { at: 150, endedAt: null, level: 5 },
    { at: 90, endedAt: 95, level: 2 },
  ];

  it('page below their peak, and tell nothing below the lowest level', () => {
    const evidence = evidenceOfEpisodes(episodes, view, [failure], catching);
    const frontier = frontierOf(evidence.pages, evidence.losses);
    const priced = { frontier, comparison: '>' as const, failures: 1, costPage: 1, weeks: 1 };
    expect(pointAt(priced, 1)).toMatchObject({ pages: 3, caught: 1, cost: 3 });
    // Only the late one is left: half of the loss had passed.
    expect(pointAt(priced, 2)).toMatchObject({ pages: 2, caught: 1, cost: 2 + 5 });
    expect(pointAt(priced, 5)).toMatchObject({ pages: 0, missed: 1, cost: 10 });
    expect(evidence.lowest).toBe(1);
  });

  it('are one page where they follow closely', () => {
    const { pages } = evidenceOfEpisodes(episodes, { ...view, groupGap: 80 }, [], catching);
    expect([...pages.at].map((time, i) => [time, pages.low[i], pages.high[i]])).toEqual([
      [10, 1, 3],
      [150, 2, 5],
    ]);
  });
});

describe('hours', () => {
  it('are those of UTC, and Sunday is day 0', () => {
    const hours = { days: [1], from: 8, to: 9 };
    expect(isWatched(Date.UTC(2026, 0, 5, 8), hours)).toBe(true);
    expect(isWatched(Date.UTC(2026, 0, 5, 9), hours)).toBe(false);
    expect(isWatched(Date.UTC(2026, 0, 4, 8), hours)).toBe(false);
    expect(isWatched(Date.UTC(2026, 0, 4, 8), { ...hours, days: [0] })).toBe(true);
  });
});
