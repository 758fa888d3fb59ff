import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { DAY, HOUR, MINUTE } from '../../../src/core/telemetry/time.js';
import type { Answer } from '../../builders/running-api.js';
import { RunningApi } from '../../builders/running-api.js';

const NOON = Math.floor(Date.now() / DAY) * DAY - 2 * DAY + 12 * HOUR;
const iso = (at: number): string => new Date(at).toISOString();

describe('POST /v1/actors/merge', () => {
  let api: RunningApi;
  beforeAll(async () => {
    api = await RunningApi.start();
    await api.post('/v1/journeys', {
      ...{ key: 'shop', name: 'Shop', owner: 'team', window: '30m' },
      stages: ['visit', 'pay', 'done'].map((event) => ({ key: event, event, weight: 1 })),
    });
    await api.post(
      '/v1/events',
      [
        ['1', 'cookie-7', 'visit', 0],
        ['2', 'ada', 'pay', 5],
        ['3', 'bob', 'visit', 6],
      ].map(([id, actor, event, minute]) => ({
        ...{ id, actor, event, occurredAt: iso(NOON + Number(minute) * MINUTE) },
      })),
    );
  });
  afterAll(() => api.stop());

  const merge = (body: object, key?: string): Promise<Answer> =>
    api.post('/v1/actors/merge', body, key === undefined ? {} : { key });
  const range = `from=${iso(NOON)}&to=${iso(NOON + HOUR)}`;
  const reached = async (): Promise<unknown> => {
    const { body } = await api.get(`/v1/journeys/shop/funnel?${range}`);
    return (body['steps'] as { reached: number }[]).map((step) => step.reached);
  };
  const counts = async (): Promise<unknown> => {
    const { body } = await api.get(`/v1/journeys/shop/metrics?${range}&bucket=1h`);
    const stages = body['stages'] as {
      readonly stage: string;
      readonly buckets: readonly { readonly mature: Record<string, number> }[];
    }[];
    const mature = stages.map(({ stage, buckets: [bucket] }) => {
      const { entered, converted } = bucket?.mature ?? {};
      return [stage, entered, converted];
    });
    return { revision: body['revision'], mature };
  };

  it('restates what both have done, and takes what comes later to the person', async () => {
    expect(await reached()).toEqual([2, 0, 0]);
    expect(await counts()).toMatchObject({ revision: 1 });
    const { status, body } = await merge({ from: 'cookie-7', into: 'ada' });
    expect([status, body]).toEqual([200, { from: 'cookie-7', into: 'ada', status: 'merged' }]);
    expect(await reached()).toEqual([2, 1, 0]);
    expect((await merge({ from: 'cookie-7', into: 'ada' })).body).toMatchObject({
      status: 'duplicate',
    });
    const late = { id: '4', actor: 'cookie-7', event: 'done', occurredAt: iso(NOON + 9 * MINUTE) };
    await api.post('/v1/events', [late]);
    expect(await reached()).toEqual([2, 1, 1]);
    expect(await counts()).toEqual({
      revision: 2,
      mature: [
        ['visit', 2, 1],
        ['pay', 1, 1],
        ['done', 1, 0],
      ],
    });
  });

  it.each([
    ['the same actor', { from: 'a', into: 'a' }, '/into', 'inconsistent'],
    ['no actor', { from: 'a' }, '/into', 'required'],
    ['another field', { from: 'a', into: 'b', by: 'me' }, '/by', 'unknown-key'],
    ['a time to come', { from: 'a', into: 'b', receivedAt: '2999-01-01T00:00:00Z' }, '/receivedAt', 'future-time'], // prettier-ignore
  ])('refuses %s', async (_, body, pointer, code) => {
    const answer = await merge(body);
    expect(answer.status).toBe(422);
    expect(answer.body['errors']).toMatchObject([{ pointer, code }]);
  });

  it('takes the time at which it was known from those who may backfill', async () => {
    const body = { from: 'x', into: 'y', receivedAt: iso(NOON) };
    expect((await merge(body, await api.keyOf('ingest'))).status).toBe(422);
    expect((await merge(body, await api.keyOf('read'))).status).toBe(403);
    expect((await merge(body, await api.keyOf('ingest', 'backfill'))).status).toBe(200);
    const stored = await api.source.query<{ known_at: Date }[]>(
      `SELECT known_at FROM actor_merge WHERE from_actor = 'x'`,
    );
    expect(stored.map(({ known_at: at }) => at.getTime())).toEqual([NOON]);
  });
});
