import { describe, expect, it } from '@jest/globals';
import { expectedAt, fitBaseline, type Baseline } from '../../../src/core/outcomes/baseline.js';
import {
  measureOutcome,
  type MeasuredOutcome,
} from '../../../src/core/outcomes/measured-outcome.js';
import type { StageSeries } from '../../../src/core/outcomes/stage-series.js';
import { seededRandom } from '../../../src/core/statistics/random.js';
import { DAY, HOUR } from '../../../src/core/telemetry/time.js';
import { MONDAY, simulateStage, usualEntries, usualRate, type Drop } from './simulated-stage.js';

const TRAFFIC = 60;

interface Told {
  /** Days of history until the hour that is judged. */
  readonly days: number;
  /** Shares that are missing, from day to day. */
  readonly drops: readonly (Omit<Drop, 'from' | 'to'> & { from: number; to: number })[];
  /** Entries in the very first bucket. */
  readonly first?: number;
}

function history({ days, drops, first }: Told, hour: Omit<Drop, 'from' | 'to'> = {}): StageSeries {
  const onset = MONDAY + days * DAY + 14 * HOUR;
  const { series } = simulateStage({
    ...{ days: days + 1, traffic: TRAFFIC, seed: 5 },
    drops: [
      { from: onset, to: onset + HOUR, ...hour },
      ...drops.map((drop) => ({
        ...drop,
        from: MONDAY + drop.from * DAY,
        to: MONDAY + drop.to * DAY,
      })),
    ],
  });
  if (first !== undefined) series.entered[0] = first;
  return series;
}

function learnt(told: Told): Baseline {
  return fitBaseline(history(told), { asOf: MONDAY + told.days * DAY });
}

/** Expected entries of the next day over the true ones. */
function entriesOf(told: Told): number {
  const baseline = learnt(told);
  let [expected, truth] = [0, 0];
  for (let hour = 0; hour < 24; hour += 1) {
    const at = MONDAY + told.days * DAY + hour * HOUR;
    expected += expectedAt(baseline, at).entries;
    truth += usualEntries({ days: 0, traffic: TRAFFIC, seed: 0 }, at);
  }
  return expected / truth;
}

/** What is said of an hour in the afternoon of the next day. */
function judged(told: Told, hour: Omit<Drop, 'from' | 'to'>): MeasuredOutcome {
  const startedAt = MONDAY + told.days * DAY + 14 * HOUR;
  const series = history(told, hour);
  const baseline = fitBaseline(series, { asOf: MONDAY + told.days * DAY });
  const random = seededRandom(1);
  return measureOutcome({ startedAt, horizon: HOUR, series, baseline, random });
}

const near = (ratio: number): number => Math.abs(ratio - 1);

const launched = (after: number): Told => {
  return { days: 15 + after, first: 1, drops: [{ from: 0, to: 15, entries: 1 }] };
};

const reopened = (after: number): Told => {
  return { days: 42 + after, drops: [{ from: 28, to: 42, entries: 1 }] };
};

describe('a level that changes altogether', () => {
  it.each([1, 3, 7, 10])('is known %d days after a launch, a test event long before', (after) => {
    const told = launched(after);
    expect(near(entriesOf(told))).toBeLessThan(0.25);
    const { entriesExcess, rateExcess, history: known } = learnt(told);
    expect(Math.max(...entriesExcess.values, ...rateExcess.values)).toBeLessThan(0.15);
    expect(known.from).toBe(MONDAY + 15 * DAY);
    expect(judged(told, { entries: 1 }).failure).toBe(true);
  });

  it('is learnt from the hour of a launch on', () => {
    const noon = { days: 18, first: 1, drops: [{ from: 0, to: 15.5, entries: 1 }] };
    expect(near(entriesOf(noon))).toBeLessThan(0.1);
    expect(learnt(noon).history.from).toBe(MONDAY + 15.5 * DAY);
  });

  it.each([23, 12])('is not what came in one hour of a test, at hour %d', (hour) => {
    const told = { days: 15, first: 1, drops: [{ from: 0, to: 16, entries: 1 }] };
    const series = history(told);
    series.entered.fill(200, 14 * 288 + hour * 12, 14 * 288 + hour * 12 + 12);
    const baseline = fitBaseline(series, { asOf: MONDAY + 15 * DAY });
    expect(expectedAt(baseline, MONDAY + 15 * DAY + 12 * HOUR).entries).toBeLessThan(5);
  });

  it.each([1, 3, 5])('is known %d days after a closure of two weeks', (after) => {
    const told = reopened(after);
    expect(near(entriesOf(told))).toBeLessThan(0.05);
    expect(learnt(told).history.seasonality).toBe('hour-of-week');
    expect(judged(told, { entries: 0.6 }).failure).toBe(true);
    expect(judged(told, {}).failure).toBe(false);
  });

  it('is known three days after a fortnight with a third of everyone', () => {
    const told = { days: 42, drops: [{ from: 25, to: 39, entries: 0.7 }] };
    expect(near(entriesOf(told))).toBeLessThan(0.05);
    // A third of everyone came until lately.
    expect(judged(told, { entries: 0.6 })).toMatchObject({ failure: null, reason: 'not-certain' });
    expect(judged(told, { entries: 0.9 }).failure).toBe(true);
  });

  it.each([2, 3, 100])(
    'is known where traffic has become %d times as much four days ago',
    (times) => {
      const told = { days: 18, drops: [{ from: 0, to: 14, entries: 1 - 1 / times }] };
      expect(near(entriesOf(told))).toBeLessThan(0.05);
      expect(Math.max(...learnt(told).entriesExcess.values)).toBeLessThan(0.02);
      expect(judged(told, { entries: 1 }).failure).toBe(true);
    },
  );

  it.each([4, 7])('is known %d days on where conversions are told two days late', (days) => {
    const baseline = learnt({ days, drops: [{ from: 0, to: 2, rate: 1 }] });
    const at = MONDAY + days * DAY + 14 * HOUR;
    const truth = usualRate({ days, traffic: TRAFFIC, seed: 5 }, at);
    expect(near(expectedAt(baseline, at).rate / truth)).toBeLessThan(0.12);
  });

  it('is not known the day after it rose: no loss is ruled out', () => {
    const told = { days: 23, drops: [{ from: 0, to: 22, entries: 0.7 }] };
    expect(judged(told, { entries: 0.5 })).toMatchObject({ failure: null, reason: 'not-certain' });
    expect(judged(told, { entries: 1 }).failure).toBe(true);
  });

  it('may be again what it was until lately: what is left of a surge is no failure', () => {
    const told = { days: 28, drops: [{ from: 22, to: 27, entries: -2 }] };
    expect(judged(told, {})).toMatchObject({ failure: null, reason: 'not-certain' });
    expect(judged(told, { entries: 0.95 }).failure).toBe(true);
    expect(judged(told, { rate: 0.7 }).failure).toBe(true);
  });
});

describe('trouble and surges that no one marked', () => {
  it.each([
    ['half of everyone for two days', { from: 23, to: 25, entries: 0.5 }, 0.22],
    ['three times as many for two days', { from: 23, to: 25, entries: -2 }, 0.03],
    ['nobody for five days, and one day since', { from: 19, to: 24, entries: 1 }, 0.03],
    ['three times as many for two days, and one since', { from: 22, to: 24, entries: -2 }, 0.03],
  ])('move the level little: %s', (_, drop, by) => {
    expect(near(entriesOf({ days: 25, drops: [drop] }))).toBeLessThan(by);
  });

  it('are a failure still after a day and a half', () => {
    const told = { days: 28, drops: [{ from: 26.5, to: 29, entries: 0.5 }] };
    expect(judged(told, { entries: 0.5 }).failure).toBe(true);
  });

  it('do not hide the week that a quiet weekend has', () => {
    const weekends = [0, 1, 2, 3].map((week) => {
      return { from: 7 * week + 5, to: 7 * week + 7, entries: 0.9 };
    });
    const baseline = learnt({ days: 26, drops: weekends });
    const noon = MONDAY + 26 * DAY + 12 * HOUR;
    const truth = usualEntries({ days: 0, traffic: TRAFFIC, seed: 0 }, noon);
    expect(near(expectedAt(baseline, noon).entries / (0.1 * truth))).toBeLessThan(0.1);
  });
});
