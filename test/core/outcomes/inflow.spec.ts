import { describe, expect, it } from '@jest/globals';

import { fitBaseline } from '../../../src/core/outcomes/baseline.js';
import { measureOutcome } from '../../../src/core/outcomes/measured-outcome.js';
import { entriesTail } from '../../../src/core/outcomes/entries-chance.js';
import type { StageSeries } from '../../../src/core/outcomes/stage-series.js';
import { WindowTable, type Inflowing } from '../../../src/core/outcomes/window-totals.js';
import { seededRandom } from '../../../src/core/statistics/random.js';
import { DAY, HOUR, MINUTE, type Instant } from '../../../src/core/telemetry/time.js';
import { MONDAY, simulateStage } from './simulated-stage.js';

const DAYS = 16;
const REACH = 0.6;
const ONSET = MONDAY + 15 * DAY + 10 * HOUR;
const FAILS = { from: ONSET, to: ONSET + HOUR, left: 0.5 };

/** The entries of a later stage: each who comes in reaches it with the same probability. */
function thinned(entry: StageSeries, fails?: typeof FAILS): StageSeries {
  const random = seededRandom(7);
  const drawn = (trials: number, share: number): number =>
    Array.from({ length: trials }).filter(() => random() < share).length;
  const goOn = (at: Instant): number =>
    REACH * (fails !== undefined && at >= fails.from && at < fails.to ? fails.left : 1);
  const entered = entry.entered.map((came, i) => drawn(came, goOn(entry.start + i * entry.width)));
  return { ...entry, entered, converted: entered.map((came) => drawn(came, 0.9)) };
}

const entry = simulateStage({ days: DAYS, traffic: 12, seed: 5, noise: 0.02 }).series;
const quiet = thinned(entry);
const fit = (series: StageSeries): ReturnType<typeof fitBaseline> =>
  fitBaseline(series, { asOf: ONSET });
const inflow: Inflowing = { series: entry, baseline: fit(entry), touched: false, delay: 0 };
const baseline = fit(quiet);

describe('the entries of a later stage, beside those who came in', () => {
  const tails = (known: { inflow?: Inflowing }): number[] => {
    const span = { from: MONDAY + 8 * DAY, to: MONDAY + 15 * DAY };
    const table = new WindowTable({ series: quiet, baseline }, known, span);
    return Array.from({ length: Math.floor(table.buckets / 6) }, (_, i) =>
      entriesTail(table.totals(6 * i, 6 * i + 6), -1),
    );
  };

  it('are no more surprising than it is said, and told more sharply than by themselves', () => {
    const known = tails({ inflow });
    const below = (p: number): number => known.filter((tail) => tail < p).length / known.length;
    expect(below(0.05)).toBeLessThan(0.07);
    expect(Math.abs(below(0.25) - 0.25)).toBeLessThan(0.06);
    expect(Math.abs(below(0.5) - 0.5)).toBeLessThan(0.06);
    const span = { from: ONSET, to: ONSET + HOUR };
    const [told, alone] = [{ inflow }, {}].map((more) => {
      return new WindowTable({ series: quiet, baseline }, more, span).totals(0, 12);
    });
    expect(told?.entriesReach).toBeCloseTo(REACH, 1);
    expect(alone?.entriesReach).toBe(0);
    expect(told?.entriesExcess).toBeLessThan(alone?.entriesExcess ?? 0);
  });

  it('show that half are lost on the way, where they alone would not', () => {
    const series = thinned(entry, FAILS);
    const measure = (known: { inflow?: Inflowing }) =>
      measureOutcome({
        ...{ startedAt: ONSET + 2 * MINUTE, horizon: HOUR, series, baseline },
        ...known,
        random: seededRandom(1),
      });
    const told = measure({ inflow });
    expect(told.failure).toBe(true);
    expect(told.relativeDrop).toBeGreaterThan(0.35);
    expect(told.relativeDrop).toBeLessThan(0.65);
    expect(measure({}).failureProbability).toBeLessThan(told.failureProbability);
    expect(measure({}).failure).toBeNull();
  });

  it('are left to chance where it takes longer than the window to get there', () => {
    const span = { from: ONSET, to: ONSET + 10 * MINUTE };
    const late = { ...inflow, delay: 2 * HOUR };
    const table = new WindowTable({ series: quiet, baseline }, { inflow: late }, span);
    expect(table.totals(0, 2).entriesReach).toBeLessThan(0.1 * REACH);
  });
});
