import { describe, expect, it } from '@jest/globals';
import { expectedAt, fitBaseline } from '../../../src/core/outcomes/baseline.js';
import { interval } from '../../../src/core/outcomes/baseline-interval.js';
import { bucketTime } from '../../../src/core/outcomes/stage-series.js';
import { betaBinomialCdf } from '../../../src/core/statistics/beta-binomial.js';
import { negativeBinomialCdf } from '../../../src/core/statistics/negative-binomial.js';
import { seededRandom } from '../../../src/core/statistics/random.js';
import { DAY } from '../../../src/core/telemetry/time.js';
import { MONDAY, simulateStage, type World } from './simulated-stage.js';

const QUIET = 7 * DAY;

/** Each bucket of a quiet last week, with the baseline known before it. */
function quietWeek(world: World) {
  const { series } = simulateStage(world);
  const split = MONDAY + world.days * DAY - QUIET;
  const baseline = fitBaseline(series, { asOf: split });
  const first = Math.round((split - MONDAY) / series.width);
  return Array.from(series.entered.subarray(first), (entered, i) => ({
    at: bucketTime(series, first + i),
    entered,
    converted: series.converted[first + i] ?? 0,
    baseline,
  }));
}

// Segments of one stage: the same customers, by their share and readiness to go on.
const SEGMENTS = [
  { traffic: 240, rate: 0.42 },
  { traffic: 140, rate: 0.5 },
  { traffic: 90, rate: 0.36 },
];

describe('the 90 % interval', () => {
  it.each(SEGMENTS)('holds 88 to 92 %% of busy quiet buckets: %j', (segment) => {
    let [seen, held] = [0, 0];
    for (const seed of [21, 22, 23, 24]) {
      for (const { at, converted, baseline } of quietWeek({
        ...segment,
        ...{ days: 28, noise: 0.01, seed },
      })) {
        const usual = expectedAt(baseline, at);
        if (usual.entries * usual.rate < 30) continue;
        const [low, high] = interval(baseline, at).converted;
        seen += 1;
        held += Number(converted >= low && converted <= high);
      }
    }
    expect(seen).toBeGreaterThan(1000);
    expect(held / seen).toBeGreaterThan(0.88);
    expect(held / seen).toBeLessThan(0.92);
  });
});

/**
 * Randomised probability integral transform (Czado, Gneiting & Held 2009): uniform where counts come
 * from what was predicted. The largest distance of its deciles from a tenth each.
 */
function unevenness(values: readonly number[]): number {
  const deciles = new Array<number>(10).fill(0);
  for (const value of values) {
    const decile = Math.min(9, Math.floor(value * 10));
    deciles[decile] = (deciles[decile] ?? 0) + 1 / values.length;
  }
  return Math.max(...deciles.map((share) => Math.abs(share - 0.1)));
}

describe('thin buckets', () => {
  it('are as surprising as they were said to be', () => {
    const random = seededRandom(5);
    const between = (cdf: (count: number) => number, count: number): number => {
      const below = cdf(count - 1);
      return below + random() * (cdf(count) - below);
    };
    const entries: number[] = [];
    const conversions: number[] = [];
    for (const seed of [31, 32, 33]) {
      const week = quietWeek({ days: 35, traffic: 4, rate: 0.4, noise: 0.02, seed });
      for (const { at, entered, converted, baseline } of week) {
        const usual = expectedAt(baseline, at);
        const came = (count: number): number =>
          negativeBinomialCdf(count, usual.entries, usual.entriesExcess);
        entries.push(between(came, entered));
        if (entered === 0) continue;
        const went = (count: number): number =>
          count < 0 ? 0 : betaBinomialCdf(count, entered, usual.rate, usual.rateExcess);
        conversions.push(between(went, converted));
      }
    }
    expect(entries.length).toBeGreaterThan(5000);
    expect(unevenness(entries)).toBeLessThan(0.015);
    expect(unevenness(conversions)).toBeLessThan(0.015);
  });
});
