import { createHash } from 'node:crypto';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { aJourney, anAnomaly, anOutcome, minutesAgo } from '../../builders/bodies.js';
import { type Json, RunningApi } from '../../builders/running-api.js';

/** Told apart from the service's own choice by the same rule, written anew. */
function isDrawn(id: string): boolean {
  const hash = createHash('md5').update(`audit ${id}`).digest('hex');
  return Number.parseInt(hash.slice(0, 8), 16) < 0.05 * 2 ** 32;
}

describe('the audit queue', () => {
  let api: RunningApi;
  const ids = Array.from({ length: 120 }, (_, i) => `audit-${i}`);
  const drawn = ids.filter(isDrawn);
  const queue = async (query = ''): Promise<{ items: Json[]; next?: string }> => {
    const { status, body } = await api.get(`/v1/outcomes/audit-queue${query}`);
    expect(status).toBe(200);
    return body as unknown as { items: Json[]; next?: string };
  };
  const idsOf = (items: readonly Json[]): unknown[] => items.map((item) => item['anomalyId']);

  beforeAll(async () => {
    api = await RunningApi.start();
    await api.post('/v1/journeys', aJourney());
    const anomalies = ids.map((id, i) =>
      anAnomaly({
        id,
        fingerprint: id,
        startedAt: minutesAgo(3000 + i),
        score: 0.9,
        confidence: 0.8,
      }),
    );
    await api.post('/v1/anomalies', anomalies);
    // Its outcome cannot be known yet.
    const young = Array.from({ length: 200 }, (_, i) => `young-${i}`).find(isDrawn);
    await api.post('/v1/anomalies', anAnomaly({ id: young, fingerprint: young }));
  });
  afterAll(() => api.stop());

  it('draws a twentieth by lot, newest first, and hides every score', async () => {
    expect(drawn.length).toBeGreaterThan(2);
    const { items } = await queue();
    expect(idsOf(items)).toEqual(drawn);
    expect(items[0]).toMatchObject({
      journey: 'checkout',
      stage: 'payment',
      audited: false,
      anomaly: { name: 'PaymentErrors', severity: 'critical', value: 0.31, threshold: 0.05 },
    });
    expect(JSON.stringify(items)).not.toMatch(/score|confidence|probab|priority|predict|rank/i);
  });

  it('is paged, and puts those that somebody has told of last', async () => {
    const [first, ...others] = drawn;
    await api.post('/v1/outcomes', anOutcome(first));
    const { items } = await queue();
    expect(idsOf(items)).toEqual([...others, first]);
    expect(items.map((item) => item['audited'])).toEqual([...others.map(() => false), true]);
    const found: unknown[] = [];
    for (let query = '?limit=1'; query !== '';) {
      const page = await queue(query);
      found.push(...idsOf(page.items));
      query = page.next === undefined ? '' : `?limit=1&cursor=${page.next}`;
    }
    expect(found).toEqual([...others, first]);
    expect(await queue('?journey=renewal')).toEqual({ items: [] });
    const place = { audited: false, startedAt: Date.now(), id: 'a', journey: 'a', stage: 'a' };
    const cursors = [
      { ...place, startedAt: 1e300 },
      { ...place, startedAt: 8.64e15 + 2 },
      { ...place, startedAt: -8e15 },
      { ...place, id: 'a\0b' },
      { ...place, stage: '\ud83d' },
    ].map((odd) => Buffer.from(JSON.stringify(odd)).toString('base64url'));
    const last = Buffer.from(JSON.stringify({ ...place, startedAt: 8.64e15 }));
    await queue(`?cursor=${last.toString('base64url')}`);
    for (const cursor of ['x', ...cursors]) {
      const answer = await api.get(`/v1/outcomes/audit-queue?cursor=${cursor}`);
      expect(answer).toMatchObject({
        status: 400,
        body: { errors: [{ pointer: '/cursor', code: 'bad-cursor' }] },
      });
    }
  });

  it('counts what was told in the performance report', async () => {
    const { body } = await api.get('/v1/reports/performance?chunk=30d');
    expect(body['audit']).toMatchObject({
      chosen: drawn.length,
      audited: 1,
      figures: null,
      verdict: 'too-few-audited',
    });
    const page = await api.get('/v1/reports/performance?chunk=30d&format=html');
    expect(page.text).toContain('too few audited');
  });
});
