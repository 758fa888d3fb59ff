import { describe, expect, it } from '@jest/globals';
import {
  expectedAt,
  fitBaseline,
  type BaselineOptions,
} from '../../../src/core/outcomes/baseline.js';
import { interval } from '../../../src/core/outcomes/baseline-interval.js';
import { bucketTime } from '../../../src/core/outcomes/stage-series.js';
import { DAY, HOUR } from '../../../src/core/telemetry/time.js';
import { MONDAY, simulateStage, usualEntries, usualRate } from './simulated-stage.js';

function coverage(world: Parameters<typeof simulateStage>[0]): Record<string, number> {
  const { series } = simulateStage(world);
  const split = MONDAY + (world.days - 7) * DAY;
  const baseline = fitBaseline(series, { asOf: split });
  const hit = { all: 0, given: 0, entries: 0, bias: 0 };
  let seen = 0;
  for (let i = Math.round((split - MONDAY) / series.width); i < series.entered.length; i += 1) {
    const at = bucketTime(series, i);
    const { entries, rate } = expectedAt(baseline, at);
    if (entries * rate < 30) continue;
    const [n, c] = [series.entered[i] ?? 0, series.converted[i] ?? 0];
    const within = (x: number, [low, high]: readonly [number, number]): number =>
      Number(x >= low && x <= high);
    seen += 1;
    hit.all += within(c, interval(baseline, at).converted);
    hit.given += within(c, interval(baseline, at, n).converted);
    hit.entries += within(n, interval(baseline, at).entered);
    hit.bias += (entries * rate) / (usualEntries(world, at) * usualRate(world, at)) - 1;
  }
  return {
    seen,
    all: hit.all / seen,
    given: hit.given / seen,
    entries: hit.entries / seen,
    bias: hit.bias / seen,
  };
}

describe('fitBaseline', () => {
  it.each([
    { days: 28, traffic: 150, seed: 1 },
    { days: 28, traffic: 150, seed: 2, noise: 0.03 },
    { days: 21, traffic: 300, seed: 3, noise: 0.01 },
    { days: 28, traffic: 200, seed: 4, rate: 0.8 },
  ])('holds 90 %% of the buckets of a quiet week: %j', (world) => {
    const share = coverage(world);
    expect(share['seen']).toBeGreaterThan(1000);
    for (const key of ['all', 'given', 'entries']) {
      expect(share[key]).toBeGreaterThan(0.88);
      expect(share[key]).toBeLessThan(0.92);
    }
  });

  const { series } = simulateStage({ days: 24, traffic: 60, seed: 9 });
  const asOf = MONDAY + 21 * DAY;

  it('learns nothing from what comes after', () => {
    const cut = Math.round((asOf - MONDAY) / series.width);
    const before = { ...series, entered: series.entered.slice(0, cut) };
    expect(fitBaseline(before, { asOf })).toEqual(fitBaseline(series, { asOf }));
  });

  it('does not take masked trouble for usual, and is hardly moved by trouble that no one marked', () => {
    const trouble = { startedAt: asOf - 12 * HOUR, endedAt: asOf - 9 * HOUR };
    const entered = series.entered.map((count, i) => {
      const at = bucketTime(series, i);
      return at >= trouble.startedAt && at < trouble.endedAt ? 0 : count;
    });
    const at = trouble.startedAt + 7 * DAY + HOUR;
    const usual = expectedAt(fitBaseline(series, { asOf }), at).entries;
    const masked = fitBaseline({ ...series, entered }, { asOf, masked: [trouble] });
    const unmarked = fitBaseline({ ...series, entered }, { asOf });
    expect(Math.abs(expectedAt(masked, at).entries / usual - 1)).toBeLessThan(0.06);
    expect(expectedAt(unmarked, at).entries / usual).toBeGreaterThan(0.85);
    expect(masked.history.buckets).toBe(unmarked.history.buckets - 36);
  });

  it('falls back to a coarser season with little history, and says so', () => {
    const day = fitBaseline(series, { asOf: MONDAY + DAY });
    expect(day.history).toMatchObject({ from: MONDAY, until: MONDAY + DAY, buckets: 288 });
    expect(day.history.seasonality).toBe('hour-of-day');
    const noon = MONDAY + DAY + 14 * HOUR;
    const truth = usualEntries({ days: 24, traffic: 60, seed: 9 }, noon);
    expect(Math.abs(expectedAt(day, noon).entries / truth - 1)).toBeLessThan(0.15);
    expect(fitBaseline(series, { asOf }).history.seasonality).toBe('hour-of-week');
    const nothing = fitBaseline(series, { asOf: MONDAY });
    expect(nothing.history).toMatchObject({ buckets: 0, seasonality: 'flat' });
    expect(expectedAt(nothing, noon).entries).toBe(0);
  });

  it('follows a level that drifts', () => {
    const growing = series.entered.map((count, i) => Math.round(count * 1.02 ** (i / 288)));
    const baseline = fitBaseline({ ...series, entered: growing }, { asOf });
    const noon = asOf + 12 * HOUR;
    const truth = usualEntries({ days: 24, traffic: 60, seed: 9 }, noon) * 1.02 ** 21.5;
    expect(Math.abs(expectedAt(baseline, noon).entries / truth - 1)).toBeLessThan(0.15);
  });

  it('pulls a thin segment to the season of its stage', () => {
    const thin = simulateStage({ days: 24, traffic: 0.3, seed: 10 }).series;
    const whole = fitBaseline(series, { asOf });
    const error = (options: BaselineOptions): number => {
      const baseline = fitBaseline(thin, options);
      let sum = 0;
      for (let hour = 0; hour < 168; hour += 1) {
        const at = asOf + hour * HOUR;
        const truth = usualEntries({ days: 24, traffic: 0.3, seed: 10 }, at);
        sum += (expectedAt(baseline, at).entries - truth) ** 2;
      }
      return sum;
    };
    expect(error({ asOf, whole })).toBeLessThan(error({ asOf }));
  });

  it('refuses buckets that do not divide an hour', () => {
    expect(() => fitBaseline({ ...series, width: 7 * 60_000 }, { asOf })).toThrow('divide an hour');
  });
});
