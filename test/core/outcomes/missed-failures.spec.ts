import { describe, expect, it } from '@jest/globals';
import { fitBaseline } from '../../../src/core/outcomes/baseline.js';
import {
  missedFailures,
  searchFailures,
  type FoundFailure,
  type MappedEpisode,
  type SearchedStage,
} from '../../../src/core/outcomes/missed-failures.js';
import { searchedSegments } from '../../../src/core/outcomes/searched-segments.js';
import { seededRandom } from '../../../src/core/statistics/random.js';
import { DAY, HOUR, MINUTE } from '../../../src/core/telemetry/time.js';
import { MONDAY, simulateStage, type Drop } from './simulated-stage.js';

const FROM = MONDAY + 14 * DAY;
const TO = MONDAY + 16 * DAY;

function stage(
  name: string,
  seed: number,
  drops: readonly Drop[] = [],
  traffic = 60,
): SearchedStage {
  const { series } = simulateStage({ days: 16, traffic, seed, noise: 0.01, drops });
  const baseline = fitBaseline(series, { asOf: TO });
  return { journey: 'checkout', stage: name, segment: null, series, baseline };
}

/** The stage of which two segments are all. */
function combined(one: SearchedStage, other: SearchedStage): SearchedStage {
  const sum = (counts: Float64Array, more: Float64Array): Float64Array =>
    counts.map((count, i) => count + (more[i] ?? 0));
  const series = {
    ...one.series,
    entered: sum(one.series.entered, other.series.entered),
    converted: sum(one.series.converted, other.series.converted),
  };
  return { ...one, series, baseline: fitBaseline(series, { asOf: TO }) };
}

const search = (stages: readonly SearchedStage[]) =>
  searchFailures(stages, { from: FROM, to: TO, randomOf: () => seededRandom(1) });

describe('searchFailures', () => {
  const first = FROM + 10 * HOUR;
  const second = FROM + DAY + 13 * HOUR;
  const drops = [
    { from: first, to: first + 90 * MINUTE, rate: 0.7 },
    { from: second, to: second + 30 * MINUTE, entries: 1 },
  ];

  it('finds nothing in quiet stages', () => {
    expect(search([stage('cart', 1), stage('payment', 2)])).toEqual([]);
  });

  it('finds each failure once, with its stretch, and says which no episode fired on', () => {
    const found = search([stage('cart', 1), stage('payment', 2, drops)]);
    expect(found.map((failure) => failure.stage)).toEqual(['payment', 'payment']);
    found.forEach((failure, i) => {
      expect(Math.abs(failure.startedAt - (drops[i]?.from ?? 0))).toBeLessThanOrEqual(10 * MINUTE);
      expect(Math.abs(failure.endedAt - (drops[i]?.to ?? 0))).toBeLessThanOrEqual(20 * MINUTE);
    });
    const mapped = { journey: 'checkout', segment: null, startedAt: first, endedAt: first + HOUR };
    const elsewhere = { ...mapped, stage: 'cart', startedAt: second, endedAt: second + HOUR };
    const missed = missedFailures(found, [{ ...mapped, stage: 'payment' }, elsewhere]);
    expect(missed).toEqual([found[1]]);
  });

  it('leaves to its outcome what lies wholly in the stretch of an episode, and nothing else', () => {
    const stages = [stage('payment', 2, drops)];
    const [, later] = search(stages);
    const around = { startedAt: first - 8 * HOUR, endedAt: first + 8 * HOUR };
    const episode = { journey: 'checkout', stage: 'payment', segment: null, ...around };
    const searched = (told: MappedEpisode): readonly FoundFailure[] =>
      searchFailures(stages, {
        ...{ from: FROM, to: TO, episodes: [told] },
        randomOf: () => seededRandom(1),
      });
    expect(searched(episode)).toEqual([later]);
    for (const other of [{ segment: 'app' }, { endedAt: first + HOUR }]) {
      expect(searched({ ...episode, ...other })).toHaveLength(2);
    }
  });

  it('finds what hits one segment only there, and what hits all only in the stage as a whole', () => {
    const inApp = { from: first, to: first + HOUR, rate: 0.9 };
    const everywhere = { from: second, to: second + HOUR, rate: 0.9 };
    const app = stage('payment', 4, [inApp, everywhere], 8);
    const web = stage('payment', 5, [everywhere], 120);
    const whole = combined(app, web);
    const places = [{ ...app, segment: 'app' }, { ...web, segment: 'web' }, whole];
    const found = search(places);
    expect(found.map(({ segment }) => segment)).toEqual(['app', null]);
    expect(Math.abs((found[0]?.startedAt ?? 0) - first)).toBeLessThanOrEqual(10 * MINUTE);
    const fired = {
      journey: 'checkout',
      stage: 'payment',
      startedAt: first,
      endedAt: first + HOUR,
    };
    expect(missedFailures(found, [{ ...fired, segment: 'web' }])).toEqual(found);
    expect(missedFailures(found, [{ ...fired, segment: 'app' }])).toEqual([found[1]]);
  });

  it('finds a mild failure hours before a severe one', () => {
    const mild = { from: first, to: first + 30 * MINUTE, rate: 0.6 };
    const severe = { from: first + 2 * HOUR, to: first + 4 * HOUR, rate: 1 };
    const found = search([stage('payment', 3, [mild, severe])]);
    expect(found).toHaveLength(2);
    [mild, severe].forEach((drop, i) => {
      expect(Math.abs((found[i]?.startedAt ?? 0) - drop.from)).toBeLessThanOrEqual(10 * MINUTE);
    });
  });
});

describe('searchedSegments', () => {
  it('are those with enough entrants that are not nearly all of their stage', () => {
    const week = new Map([
      ['app', 20 * 24 * 7],
      ['kiosk', 20 * 24 * 7 - 1],
      ['', 9000],
    ]);
    expect(searchedSegments(week, 7 * DAY)).toEqual(['app']);
    expect(searchedSegments(new Map([['app', 9000]]), 7 * DAY)).toEqual([]);
  });
});
