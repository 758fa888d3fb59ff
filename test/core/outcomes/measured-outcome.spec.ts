import { describe, expect, it } from '@jest/globals';
import { fitBaseline, type Baseline } from '../../../src/core/outcomes/baseline.js';
import {
  measureOutcome,
  type MeasuredOutcome,
  type Measurement,
} from '../../../src/core/outcomes/measured-outcome.js';
import type { StageSeries } from '../../../src/core/outcomes/stage-series.js';
import { seededRandom } from '../../../src/core/statistics/random.js';
import { DAY, HOUR, MINUTE } from '../../../src/core/telemetry/time.js';
import {
  MONDAY,
  simulateStage,
  withDrops,
  type Drop,
  type SimulatedStage,
} from './simulated-stage.js';

const ONSET = MONDAY + 15 * DAY + 10 * HOUR;

const world = (traffic: number, seed: number) => ({ days: 16, traffic, seed, noise: 0.01 });

const past = new Map<number, { series: StageSeries; baseline: Baseline }>();

/** A quiet history, and what is learnt from it before the onset: made once per traffic. */
function history(traffic: number): { series: StageSeries; baseline: Baseline } {
  const { series } = past.has(traffic) ? { series: null } : simulateStage(world(traffic, 1));
  if (series) past.set(traffic, { series, baseline: fitBaseline(series, { asOf: ONSET }) });
  const made = past.get(traffic);
  if (!made) throw new Error('unreachable');
  return made;
}

function dropped(traffic: number, seed: number, ...drops: Drop[]): SimulatedStage {
  return withDrops(world(traffic, seed), history(traffic).series, drops);
}

function measure(
  traffic: number,
  series: StageSeries,
  more: Partial<Measurement> = {},
): MeasuredOutcome {
  const { baseline } = history(traffic);
  const random = seededRandom(1);
  return measureOutcome({ startedAt: ONSET, horizon: HOUR, series, baseline, random, ...more });
}

describe('measureOutcome', () => {
  it('finds drops of 30 to 100 % in high traffic, the interval holding the true loss', () => {
    let [found, held, tried] = [0, 0, 0];
    for (const kind of [{ rate: 0.3 }, { rate: 0.6 }, { rate: 1 }, { entries: 0.6 }]) {
      for (const [seed, minutes] of [20, 45, 120, 20, 45, 120].entries()) {
        const to = ONSET + minutes * MINUTE;
        const { series, trueLoss } = dropped(150, seed, { from: ONSET, to, ...kind });
        const outcome = measure(150, series, { startedAt: ONSET + 2 * MINUTE });
        tried += 1;
        found += Number(outcome.failure === true);
        held += Number(trueLoss >= outcome.interval[0] && trueLoss <= outcome.interval[1]);
      }
    }
    expect(found / tried).toBeGreaterThan(0.95);
    expect(held / tried).toBeGreaterThan(0.8);
  });

  it('raises no false alarm in quiet windows and clears most of them', () => {
    const { series } = history(80);
    const outcomes = Array.from({ length: 20 }, (_, i) =>
      measure(80, series, { startedAt: ONSET - 9 * HOUR + i * 53 * MINUTE }),
    );
    expect(outcomes.filter(({ failure }) => failure === true)).toHaveLength(0);
    expect(outcomes.filter(({ failure }) => failure === false).length).toBeGreaterThan(14);
    expect(outcomes.every(({ interval }) => interval[0] === 0)).toBe(true);
  });

  it('follows a short sharp drop and a long one to their ends', () => {
    for (const minutes of [10, 240]) {
      const to = ONSET + minutes * MINUTE;
      const { series } = dropped(150, 3, { from: ONSET, to, rate: 0.8 });
      const { failureWindow, failure } = measure(150, series, { startedAt: ONSET - 10 * MINUTE });
      expect(failure).toBe(true);
      expect(Math.abs((failureWindow?.startedAt ?? 0) - ONSET)).toBeLessThanOrEqual(5 * MINUTE);
      expect(Math.abs((failureWindow?.endedAt ?? 0) - to)).toBeLessThanOrEqual(20 * MINUTE);
    }
  });

  it('does not blame a mitigated episode for a drop that began after it', () => {
    const later = { from: ONSET + 40 * MINUTE, to: ONSET + 2 * HOUR, rate: 0.8 };
    const { series } = dropped(150, 4, later);
    expect(measure(150, series).failure).toBe(true);
    expect(measure(150, series, { mitigatedAt: ONSET + 15 * MINUTE }).failure).toBe(false);
  });

  it('counts the whole of a failure on which an alert fired late', () => {
    const from = ONSET - 20 * MINUTE;
    const { series, trueLoss } = dropped(150, 16, { from, to: ONSET + 25 * MINUTE, rate: 0.7 });
    const { failure, interval, failureWindow } = measure(150, series);
    expect(failure).toBe(true);
    expect(interval[0]).toBeLessThan(trueLoss);
    expect(interval[1]).toBeGreaterThan(trueLoss);
    expect(Math.abs((failureWindow?.startedAt ?? 0) - from)).toBeLessThanOrEqual(5 * MINUTE);
  });

  it('does not blame an episode for a failure that was over before it', () => {
    const before = { from: ONSET - 25 * MINUTE, to: ONSET - 5 * MINUTE, rate: 0.9 };
    const { series } = dropped(150, 17, before);
    const outcome = measure(150, series, { startedAt: ONSET + 2 * MINUTE });
    expect(outcome.failure).not.toBe(true);
    expect(outcome.failureProbability).toBeLessThan(0.5);
  });

  it('tells a failure from another one hours later, and counts its own loss alone', () => {
    const own = { from: ONSET, to: ONSET + 40 * MINUTE, rate: 0.5 };
    const later = { from: ONSET + 4 * HOUR, to: ONSET + 6 * HOUR, rate: 0.95 };
    const alone = dropped(30, 18, own);
    const outcome = measure(30, dropped(30, 18, own, later).series);
    expect(outcome.failure).toBe(true);
    expect(outcome.interval[0]).toBeLessThan(alone.trueLoss);
    expect(outcome.interval[1]).toBeGreaterThan(alone.trueLoss);
    expect(outcome.interval[1]).toBeLessThan(2 * alone.trueLoss);
  });

  it('counts a failure that eases off to its end', () => {
    const sharp = { from: ONSET, to: ONSET + 30 * MINUTE, rate: 0.9 };
    const mild = { from: sharp.to, to: ONSET + 3 * HOUR, rate: 0.4 };
    const { series, trueLoss } = dropped(150, 19, sharp, mild);
    const outcome = measure(150, series);
    expect(outcome.interval[0]).toBeLessThan(trueLoss);
    expect(outcome.interval[1]).toBeGreaterThan(trueLoss);
    expect(Math.abs((outcome.failureWindow?.endedAt ?? 0) - mild.to)).toBeLessThanOrEqual(
      20 * MINUTE,
    );
  });

  it('calls a stage that nobody reaches any more a failure, not too thin', () => {
    const { series, trueLoss } = dropped(10, 15, { from: ONSET, to: ONSET + HOUR, entries: 1 });
    const outcome = measure(10, series);
    expect(outcome.failure).toBe(true);
    expect(outcome.interval[0]).toBeLessThan(trueLoss);
    expect(outcome.interval[1]).toBeGreaterThan(trueLoss);
  });

  it('says so where too few entrants are expected, and where nothing is known', () => {
    const thin = measure(1, history(1).series);
    expect(thin).toMatchObject({ failure: null, reason: 'too-thin', failureWindow: null });
    expect(thin.expectedEntrants).toBeLessThan(20);
    const after = { startedAt: MONDAY + 16 * DAY };
    expect(measure(10, history(10).series, after)).toMatchObject({
      failure: null,
      reason: 'no-data',
    });
  });

  it('leaves a mild drop in thin traffic undecided', () => {
    const { series } = dropped(5, 6, { from: ONSET, to: ONSET + 30 * MINUTE, rate: 0.4 });
    const outcome = measure(5, series);
    expect(outcome.failure).toBeNull();
    expect(outcome.failureProbability).toBeGreaterThan(0.05);
    expect(outcome.failureProbability).toBeLessThan(0.95);
  });

  it('does not blame a site-wide change of traffic on one stage where there is a control', () => {
    const everywhere = { from: ONSET, to: ONSET + 3 * HOUR, entries: 0.5 };
    const { series } = dropped(80, 8, everywhere);
    const { baseline } = history(150);
    const control = { series: dropped(150, 9, everywhere).series, baseline };
    expect(measure(80, series).failure).toBe(true);
    const controlled = measure(80, series, { controls: [control] });
    expect(controlled.failure).not.toBe(true);
    expect(controlled.interval[0]).toBe(0);
    expect(measure(80, series, { controls: [history(150)] }).failure).toBe(true);
  });

  it("takes a change of traffic for everyone's only where all controls show it", () => {
    const surge = { from: ONSET, to: ONSET + 3 * HOUR, entries: -1 };
    const surging = { series: dropped(150, 9, surge).series, baseline: history(150).baseline };
    const { series } = history(80);
    expect(measure(80, series, { controls: [surging, history(150)] }).failure).toBe(false);
  });

  it('sees what an outage in a surge took, by those who came in', () => {
    const [from, to] = [ONSET, ONSET + HOUR];
    const outage = dropped(80, 15, { from, to, entries: 0 });
    const came = dropped(150, 16, { from: ONSET - 2 * HOUR, to: ONSET + 3 * HOUR, entries: -1 });
    const inflow = {
      series: came.series,
      baseline: history(150).baseline,
      touched: true,
      delay: 0,
    };
    // Twice as many were to come as usual: as many as usual came.
    expect(measure(80, outage.series).failure).toBe(false);
    const told = measure(80, outage.series, { inflow });
    expect(told.failure).toBe(true);
    expect(told.relativeDrop).toBeGreaterThan(0.35);
    // Fewer may be the doing of an outage that touches the entry as well.
    const fewer = dropped(150, 17, { from, to, entries: 0.7 });
    const emptied = dropped(80, 18, { from, to, entries: 0.7 }).series;
    const entry = { series: fewer.series, baseline: history(150).baseline, delay: 0 };
    expect(measure(80, emptied, { inflow: { ...entry, touched: true } }).failure).toBe(true);
    expect(measure(80, emptied, { inflow: { ...entry, touched: false } }).failure).not.toBe(true);
  });

  it('does not take the first weekend after five weekdays for a failure', () => {
    const { series } = history(80);
    const startedAt = MONDAY + 5 * DAY + 11 * HOUR;
    const baseline = fitBaseline(series, { asOf: startedAt });
    expect(measure(80, series, { startedAt, baseline }).failure).not.toBe(true);
  });

  it('rules out no loss of entries on the first weekend, when it is not known who was to come', () => {
    const startedAt = MONDAY + 5 * DAY + 11 * HOUR;
    const world = { days: 13, traffic: 80, seed: 1, noise: 0.01 };
    const full = { from: startedAt - 11 * HOUR, to: startedAt + DAY, entries: -2 / 3 };
    const loss = { from: startedAt, to: startedAt + HOUR, entries: -1 / 6 };
    const shown = (drop: Drop): MeasuredOutcome => {
      const { series } = simulateStage({ ...world, drops: [drop, full] });
      const baseline = fitBaseline(series, { asOf: startedAt - 11 * HOUR });
      return measure(80, series, { startedAt, baseline });
    };
    // Without a loss as many come as on any weekday: two thirds more than on usual weekends.
    expect(shown(full).failure).toBe(false);
    expect(shown(loss)).toMatchObject({
      failure: null,
      reason: 'not-certain',
    });
  });

  it('counts a surge that converts as usual as no failure, and its lost visitors as lost', () => {
    const surge = { from: ONSET, to: ONSET + HOUR, entries: -2 };
    expect(measure(80, dropped(80, 11, surge).series).failure).toBe(false);
    expect(measure(80, dropped(80, 11, { ...surge, rate: 0.6 }).series).failure).toBe(true);
  });

  it('gives the same answer for the same data and random', () => {
    const { series } = dropped(10, 12, { from: ONSET, to: ONSET + HOUR, rate: 0.5 });
    expect(measure(10, series)).toEqual(measure(10, series));
  });

  it('judges by the criterion of the stage', () => {
    const { series } = dropped(150, 13, { from: ONSET, to: ONSET + 2 * HOUR, rate: 0.3 });
    const harsh = { minRelativeDrop: 0.6, minLoss: 5 };
    const dear = { minRelativeDrop: 0.1, minLoss: 1e6 };
    expect(measure(150, series).failure).toBe(true);
    expect(measure(150, series, { criterion: harsh }).failure).toBe(false);
    expect(measure(150, series, { criterion: dear })).toMatchObject({
      failure: null,
      reason: 'loss-below-minimum',
    });
  });
});
