import { describe, expect, it } from '@jest/globals';
import { expectedAt, fitBaseline } from '../../../src/core/outcomes/baseline.js';
import { interval } from '../../../src/core/outcomes/baseline-interval.js';
import { bucketTime } from '../../../src/core/outcomes/stage-series.js';
import { DAY } from '../../../src/core/telemetry/time.js';
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
    { days: 35, traffic: 150, seed: 1 },
    { days: 35, traffic: 150, seed: 2, noise: 0.03 },
    { days: 21, traffic: 300, seed: 3, noise: 0.01 },
    { days: 63, traffic: 200, seed: 4, rate: 0.8 },
  ])('holds 90 %% of the buckets of a quiet week: %j', (world) => {
    const share = coverage(world);
    expect(share['seen']).toBeGreaterThan(1000);
    for (const key of ['all', 'given', 'entries']) {
      expect(share[key]).toBeGreaterThan(0.88);
      expect(share[key]).toBeLessThan(0.92);
    }
  });
});
