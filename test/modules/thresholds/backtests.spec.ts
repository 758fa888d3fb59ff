import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import type { Outcome } from '../../../src/core/outcomes/outcome.js';
import { appendOutcome } from '../../../src/storage/outcome.store.js';
import { type Answer, RunningApi } from '../../builders/running-api.js';

const MINUTE = 60_000;
const START = Date.UTC(2026, 0, 5);
const at = (minute: number): string => new Date(START + minute * MINUTE).toISOString();

let api: RunningApi;

/** A day at a minute's step: quiet, and high for 5 minutes from each of these on. */
function points(...highs: readonly number[]): [string, number][] {
  return Array.from({ length: 1440 }, (_, minute) => [
    at(minute),
    highs.some((high) => minute >= high && minute < high + 5) ? 9 : 1,
  ]);
}

const JOURNEY = {
  key: 'checkout',
  name: 'Checkout',
  owner: 'shop',
  window: '30m',
  valuePerConversion: 2,
  stages: [
    { key: 'cart', event: 'cart', weight: 0.5 },
    { key: 'payment', event: 'pay', weight: 1 },
  ],
};

const body = (more: object = {}): object => ({
  rule: { name: 'PaymentErrors', comparison: '>', threshold: 5 },
  journey: 'checkout',
  stage: 'payment',
  series: { points: points(100, 600, 1000) },
  ...more,
});

async function record(id: string, minute: number, more: Partial<Outcome> = {}): Promise<void> {
  const outcome: Outcome = {
    id,
    journey: 'checkout',
    stage: 'payment',
    failure: true,
    verdict: 'unknown',
    source: 'measured',
    conversionsLost: 6,
    startedAt: START + minute * MINUTE,
    endedAt: START + (minute + 60) * MINUTE,
    ...more,
  };
  const known = { knownAt: START + (minute + 90) * MINUTE, relativeLoss: null };
  await api.source.transaction((sql) => appendOutcome(sql, outcome, known));
}

describe('POST /v1/backtests', () => {
  const replay = (request: object): Promise<Answer> => api.post('/v1/backtests', request);

  beforeAll(async () => {
    api = await RunningApi.start();
    await api.post('/v1/journeys', JOURNEY);
    await record('o1', 100, { failureId: 'first', anomalyId: 'a1' });
    await record('o2', 100, { failureId: 'first', anomalyId: 'a2' });
    await record('o3', 800, { failureId: 'second' });
    await record('o4', 1000, { failure: false });
    await record('o5', 600, { stage: 'cart' });
  });
  afterAll(() => api.stop());

  it('tells each episode with the failure that it caught, and the failures it missed', async () => {
    expect(await replay(body())).toMatchObject({
      status: 200,
      body: {
        threshold: 5,
        pages: 3,
        pagesPerWeek: 21,
        caught: 1,
        missed: 1,
        // Three pages, and the 12 of the missed failure.
        cost: 15,
        episodes: [
          { startedAt: at(100), endedAt: at(105), failureIds: ['first'] },
          { startedAt: at(600), endedAt: at(605), failureIds: [] },
          { startedAt: at(1000), endedAt: at(1005), failureIds: [] },
        ],
        missedFailures: [
          { failureId: 'second', startedAt: at(800), endedAt: at(860), valueLost: 12 },
        ],
      },
    });
  });

  it('replays `for` and `keepFiringFor`, and counts a late page as late', async () => {
    const rule = { name: 'r', comparison: '>', threshold: 5, for: '3m', keepFiringFor: '10m' };
    const { body: answer } = await replay(body({ rule, costPage: 0 }));
    expect(answer['episodes']).toMatchObject([
      { startedAt: at(103), endedAt: at(115), failureIds: ['first'] },
      { startedAt: at(603) },
      { startedAt: at(1003) },
    ]);
    expect(answer['cost']).toBeCloseTo(12 + (12 * 3) / 60, 9);
  });

  it('costs what a conversion was worth when a failure began', async () => {
    const before = (await replay(body())).body;
    const dearer = JSON.stringify({ ...JOURNEY, valuePerConversion: 900 });
    const { body: version } = await api.request('PUT', '/v1/journeys/checkout', dearer);
    expect(version).toMatchObject({ version: 2 });
    expect((await replay(body())).body).toEqual(before);
  });

  it('says what is wrong', async () => {
    expect(await replay(body({ stage: 'refund' }))).toMatchObject({ status: 404 });
    expect(await replay(body({ series: { points: [] } }))).toMatchObject({ status: 422 });
    const twice = [at(1), at(1)].map((time) => [time, 1]);
    expect(await replay(body({ series: { points: twice } }))).toMatchObject({ status: 422 });
    const typo = { rule: { name: 'r', comparison: '=', threshold: 1 } };
    const { status, text } = await replay(body(typo));
    expect(status).toBe(422);
    expect(text).toContain('/rule/comparison');
  });
});
