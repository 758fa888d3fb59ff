import { randomUUID } from 'node:crypto';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { aChange, anIncident, minutesAgo } from '../../builders/bodies.js';
import { type Json, RunningApi } from '../../builders/running-api.js';
import { addTrainingRun } from '../../../src/storage/training-run.store.js';

const COUNT = 7;

/** Lists that are newest first, and a cursor's place in each. */
const LISTS: readonly (readonly [path: string, id: string])[] = [
  ['/v1/incidents', 'a'],
  ['/v1/retrospectives', 'a'],
  ['/v1/changes', 'a'],
  ['/v1/reports', 'a'],
  ['/v1/training-runs', randomUUID()],
];

const cursorOf = (...place: unknown[]): string =>
  Buffer.from(JSON.stringify(place)).toString('base64url');

describe('lists that are newest first', () => {
  let api: RunningApi;

  beforeAll(async () => {
    api = await RunningApi.start();
    // Three of them at one moment: the cursor must tell them apart.
    const times = Array.from({ length: COUNT }, (_, i) => minutesAgo(60 - Math.min(i, 4)));
    await api.post(
      '/v1/incidents',
      times.map((detectedAt) => anIncident({ detectedAt })),
    );
    await api.post(
      '/v1/changes',
      times.map((occurredAt) => aChange({ occurredAt })),
    );
    const retrospectives = times.map((heldAt, i) => ({
      ...{ id: `retrospective-${i}`, incidentId: 'any', author: 'ada', heldAt },
      receivedAt: heldAt,
    }));
    expect((await api.post('/v1/retrospectives', retrospectives)).body).toMatchObject({
      accepted: COUNT,
    });
    for (const [i, at] of times.entries()) {
      const run = { id: randomUUID(), asOf: null, requestedBy: 'ada', createdAt: new Date(at) };
      await addTrainingRun(api.source.manager, run);
      const findings = { services: [], features: [], targets: [], errorsRose: false };
      await api.source.query(
        `INSERT INTO report (id, kind, model, made_at, from_at, until_at, findings, body)
         VALUES ($1, 'drift', '0', $2, $2, $2, $3, '{}')`,
        [`r-${i}`, at, JSON.stringify({ verdict: 'stable', ...findings, asksToLearn: [] })],
      );
    }
  });
  afterAll(() => api.stop());

  const page = async (path: string): Promise<{ items: Json[]; next?: string }> => {
    const { status, body } = await api.get(path);
    expect([path, status]).toEqual([path, 200]);
    return body as unknown as { items: Json[]; next?: string };
  };
  const ids = (items: readonly Json[]): unknown[] => items.map(({ id }) => id);

  it.each(LISTS)('%s is read to its end, page by page', async (path) => {
    const whole = await page(path);
    expect(whole.items).toHaveLength(COUNT);
    expect(whole).not.toHaveProperty('next');
    const found: unknown[] = [];
    let next: string | undefined;
    let pages = 0;
    do {
      const cursor: string = next === undefined ? '' : `&cursor=${next}`;
      const one = await page(`${path}?limit=2${cursor}`);
      found.push(...ids(one.items));
      ({ next } = one);
      pages += 1;
    } while (next !== undefined && pages < 9);
    expect(found).toEqual(ids(whole.items));
  });

  it.each(LISTS)('%s refuses a cursor that it did not give', async (path, id) => {
    await page(`${path}?cursor=${cursorOf(8.64e15, id)}`);
    const odd = [cursorOf(1e300, id), cursorOf(-1, id), cursorOf(Date.now(), 'a\0b'), cursorOf(1)];
    for (const cursor of ['x', '', ...odd]) {
      const answer = await api.get(`${path}?cursor=${cursor}`);
      expect(answer).toMatchObject({
        status: 400,
        body: { errors: [{ pointer: '/cursor', code: 'bad-cursor' }] },
      });
    }
  });
});
