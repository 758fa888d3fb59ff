import { describe, expect, it } from '@jest/globals';
import { fitBaseline } from '../../../src/core/outcomes/baseline.js';
import {
  missedFailures,
  searchFailures,
  type SearchedStage,
} from '../../../src/core/outcomes/missed-failures.js';
import { seededRandom } from '../../../src/core/statistics/random.js';
import { DAY, HOUR, MINUTE } from '../../../src/core/telemetry/time.js';
import { MONDAY, simulateStage, type Drop } from './simulated-stage.js';

const FROM = MONDAY + 14 * DAY;
const TO = MONDAY + 16 * DAY;

function stage(name: string, seed: number, drops: readonly Drop[] = []): SearchedStage {
  const { series } = simulateStage({ days: 16, traffic: 60, seed, noise: 0.01, drops });
  const baseline = fitBaseline(series, { asOf: TO });
  return { journey: 'checkout', stage: name, series, baseline };
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
    const mapped = { journey: 'checkout', startedAt: first, endedAt: first + HOUR };
    const elsewhere = { ...mapped, stage: 'cart', startedAt: second, endedAt: second + HOUR };
    const missed = missedFailures(found, [{ ...mapped, stage: 'payment' }, elsewhere]);
    expect(missed).toEqual([found[1]]);
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
