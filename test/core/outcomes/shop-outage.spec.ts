import { existsSync, readFileSync } from 'node:fs';
import { expect, it } from '@jest/globals';
import { fitBaseline } from '../../../src/core/outcomes/baseline.js';
import { measureOutcome } from '../../../src/core/outcomes/measured-outcome.js';
import { searchFailures } from '../../../src/core/outcomes/missed-failures.js';
import type { StageSeries, TimeSpan } from '../../../src/core/outcomes/stage-series.js';
import { seededRandom } from '../../../src/core/statistics/random.js';
import { HOUR } from '../../../src/core/telemetry/time.js';

const FILE = '../shared/datasets/gcp_ops_business/user_activity.csv';
const whereShared = existsSync(FILE) ? it : it.skip;

/** Hourly active users and conversion rate of a made-up shop (GoogleCloudPlatform/cloud-solutions). */
function readShop(): StageSeries {
  const [, ...lines] = readFileSync(FILE, 'utf8').trim().split(/\r?\n/);
  const rows = lines.map((line) => line.split(','));
  const entered = Float64Array.from(rows, (row) => Number(row[1]));
  const converted = entered.map((users, i) => Math.round((users * Number(rows[i]?.[4])) / 100));
  const start = Date.parse(`${(rows[0]?.[0] ?? '').replace(' ', 'T')}Z`);
  return { start, width: HOUR, entered, converted };
}

const span = (from: string, to: string): TimeSpan => ({
  startedAt: Date.parse(from),
  endedAt: Date.parse(to),
});

whereShared('finds the outage and the slow-down of the shop, not its flash sale', () => {
  const series = readShop();
  const measure = (time: string, masked: readonly TimeSpan[] = []) => {
    const startedAt = Date.parse(time);
    const baseline = fitBaseline(series, { asOf: startedAt, masked });
    const random = seededRandom(1);
    return measureOutcome({ startedAt, horizon: HOUR, series, baseline, random });
  };
  const outage = measure('2025-05-20T07:00:00Z');
  const outageWindow = span('2025-05-20T07:00:00Z', '2025-05-20T11:00:00Z');
  expect(outage).toMatchObject({ failure: true, failureWindow: outageWindow });
  expect(outage.relativeDrop).toBeGreaterThan(0.8);

  // Three hours of half the conversions are about three standard deviations of this noisy shop.
  const slowDown = measure('2025-05-28T12:00:00Z', [outageWindow]);
  expect(slowDown.failureWindow).toEqual(span('2025-05-28T12:00:00Z', '2025-05-28T15:00:00Z'));
  expect(slowDown.failureProbability).toBeGreaterThan(0.9);
  expect(slowDown.failure).not.toBe(false);

  expect(measure('2025-06-03T03:00:00Z', [outageWindow]).failure).toBe(false);

  const baseline = fitBaseline(series, { asOf: Infinity });
  const found = searchFailures(
    [{ journey: 'shop', stage: 'visit', segment: null, series, baseline }],
    {
      from: series.start,
      to: series.start + series.entered.length * HOUR,
      randomOf: () => seededRandom(1),
    },
  );
  expect(found.map(({ startedAt, endedAt }) => ({ startedAt, endedAt }))).toEqual([outageWindow]);
});
