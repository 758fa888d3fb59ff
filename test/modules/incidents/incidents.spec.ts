import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import type { Body } from '../../builders/bodies.js';
import { anAnomaly, anIncident, minutesAfter, minutesAgo } from '../../builders/bodies.js';
import { type Answer, type Json, RunningApi } from '../../builders/running-api.js';

let api: RunningApi;

beforeAll(async () => {
  api = await RunningApi.start();
  await api.post(
    '/v1/anomalies',
    ['a', 'b', 'c'].map((id) => anAnomaly({ id })),
  );
});
afterAll(() => api.stop());

const refusal = (index: number, pointer: string, code: string): unknown =>
  expect.objectContaining({ index, pointer, code });

describe('incidents', () => {
  const send = (...incidents: readonly unknown[]): Promise<Answer> =>
    api.post('/v1/incidents', incidents);
  const read = async ({ id }: Body): Promise<Json> =>
    (await api.get(`/v1/incidents/${String(id)}`)).body;
  const patch = (id: unknown, body: unknown): Promise<Answer> =>
    api.request('PATCH', `/v1/incidents/${String(id)}`, JSON.stringify(body));

  it('are recorded, and revised by later bodies with their id', async () => {
    const incident = anIncident({ anomalyIds: ['a'] });
    expect(await send(incident)).toMatchObject({ status: 200, body: { accepted: 1 } });
    expect(await send(incident)).toMatchObject({ status: 200, body: { duplicates: 1 } });
    const later = { ...incident, anomalyIds: ['b'], mitigatedAt: minutesAgo(5) };
    expect(await send(later)).toMatchObject({ body: { accepted: 1, duplicates: 0 } });
    expect(await send(later)).toMatchObject({ body: { accepted: 0, duplicates: 1 } });
    expect(await read(incident)).toEqual({ ...later, anomalyIds: ['a', 'b'] });
    // What is known stays known where a later body leaves it out.
    await send({ ...incident, title: 'Payments failed' });
    expect(await read(incident)).toMatchObject({
      title: 'Payments failed',
      mitigatedAt: later.mitigatedAt,
    });
    const list = (await api.get('/v1/incidents?limit=1')).body['items'] as Json[];
    expect(list.map(({ id }) => id)).toEqual([incident['id']]);
  });

  it('are revised in part, each field with the time it became known', async () => {
    const incident = anIncident();
    await send(incident);
    const [acknowledgedAt, mitigatedAt] = [minutesAgo(25), minutesAgo(15)];
    expect(await patch(incident['id'], { acknowledgedAt })).toMatchObject({
      status: 200,
      body: { ...incident, acknowledgedAt },
    });
    await patch(incident['id'], { mitigatedAt, severity: 'warning', receivedAt: minutesAgo(14) });
    expect(await read(incident)).toEqual({
      ...incident,
      acknowledgedAt,
      mitigatedAt,
      severity: 'warning',
    });
    const revisions = await api.source.query<{ revision: number; known_at: Date }[]>(
      'SELECT revision, known_at FROM incident_revision WHERE incident_id = $1 ORDER BY revision',
      [incident['id']],
    );
    expect(revisions.map(({ revision }) => revision)).toEqual([1, 2, 3]);
    await patch(incident['id'], {});
    expect(await read(incident)).toMatchObject({ severity: 'warning' });
  });

  it('lose nothing when many revise them at once', async () => {
    const incident = anIncident();
    await send(incident);
    const patches = [
      { title: 'At once' },
      { severity: 'info' },
      { acknowledgedAt: minutesAgo(20) },
      { mitigatedAt: minutesAgo(10) },
      { resolvedAt: minutesAgo(5) },
    ];
    const answers = await Promise.all([
      ...patches.map((body) => patch(incident['id'], body)),
      ...['a', 'b', 'c'].map((anomalyId) =>
        api.post(`/v1/incidents/${String(incident['id'])}/anomalies`, { anomalyIds: [anomalyId] }),
      ),
    ]);
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200, 201, 201, 201]);
    const found = await read(incident);
    expect(found).toMatchObject(Object.assign({}, ...patches) as Json);
    expect((found['anomalyIds'] as string[]).toSorted()).toEqual(['a', 'b', 'c']);
  });

  it('take more anomalies, each once', async () => {
    const incident = anIncident({ anomalyIds: ['a'] });
    await send(incident);
    const path = `/v1/incidents/${String(incident['id'])}/anomalies`;
    const answer = await api.post(path, { anomalyIds: ['b', 'a', 'c', 'b'] });
    expect(answer).toMatchObject({ status: 201, body: { anomalyIds: ['a', 'b', 'c'] } });
    expect((await api.post(path, { anomalyIds: [] })).status).toBe(422);
    expect((await api.post(path, {})).status).toBe(422);
    expect((await api.post('/v1/incidents/nothing/anomalies', { anomalyIds: ['a'] })).status).toBe(
      404,
    );
  });

  it('hold only anomalies that are known', async () => {
    const incident = anIncident({ anomalyIds: ['a'] });
    const answer = await send(anIncident({ anomalyIds: ['b', 'nope', 'a', 'neither'] }), incident, {
      ...incident,
      anomalyIds: ['b', 'nope'],
    });
    expect(answer).toMatchObject({ status: 207, body: { accepted: 1 } });
    expect(answer.body['rejected']).toMatchObject([
      {
        ...{ index: 0, pointer: '/anomalyIds/1', code: 'unknown-anomaly' },
        also: [{ pointer: '/anomalyIds/3', code: 'unknown-anomaly' }],
      },
      { index: 2, pointer: '/anomalyIds/1', code: 'unknown-anomaly' },
    ]);
    const path = `/v1/incidents/${String(incident['id'])}/anomalies`;
    const more = await api.post(path, { anomalyIds: ['c', 'nope'] });
    expect([more.status, more.body['errors']]).toMatchObject([
      422,
      [{ pointer: '/anomalyIds/1', code: 'unknown-anomaly' }],
    ]);
    expect(await read(incident)).toEqual(incident);
  });

  it('are refused where their times contradict each other', async () => {
    const early = minutesAgo(40);
    const answer = await send(
      anIncident({ acknowledgedAt: early }),
      anIncident({ mitigatedAt: early }),
      anIncident({ resolvedAt: early }),
      anIncident({ detectedAt: minutesAgo(-5) }),
      anIncident({ severity: 'sev1' }),
      anIncident({ anomalyIds: ['a', ''] }),
      anIncident(),
    );
    expect(answer).toMatchObject({ status: 207, body: { accepted: 1 } });
    expect(answer.body['rejected']).toEqual([
      refusal(0, '/acknowledgedAt', 'bad-time'),
      refusal(1, '/mitigatedAt', 'bad-time'),
      refusal(2, '/resolvedAt', 'bad-time'),
      refusal(3, '/detectedAt', 'future-time'),
      refusal(4, '/severity', 'invalid-value'),
      refusal(5, '/anomalyIds/1', 'out-of-range'),
    ]);
    const incident = anIncident();
    await send(incident);
    const bad = await patch(incident['id'], { mitigatedAt: early });
    expect([bad.status, bad.body['errors']]).toMatchObject([
      422,
      [{ pointer: '/mitigatedAt', code: 'bad-time' }],
    ]);
    expect((await patch(incident['id'], { detectedAt: early })).status).toBe(422);
    expect((await patch(incident['id'], { resolvedAt: minutesAgo(-5) })).status).toBe(422);
    expect(await read(incident)).toEqual(incident);
    expect((await patch('nothing', { title: 'x' })).status).toBe(404);
    expect((await api.get('/v1/incidents/nothing')).status).toBe(404);
  });
});

describe('changes', () => {
  const at = '2025-05-05T10:00:00.000Z';
  const aRelease = (id: string, overrides: Body = {}): Body => ({
    id,
    kind: 'release',
    title: 'payment 2.0',
    labels: { service: 'payment' },
    occurredAt: at,
    ...overrides,
  });
  const send = (...changes: readonly unknown[]): Promise<Answer> =>
    api.post('/v1/changes', changes);
  const list = async (query: string): Promise<Json[]> =>
    (await api.get(`/v1/changes?${query}`)).body['items'] as Json[];

  it('are recorded, repeated and revised', async () => {
    const release = aRelease('release-1');
    expect(await send(release)).toMatchObject({ status: 200, body: { accepted: 1 } });
    expect(await send(release)).toMatchObject({ status: 200, body: { duplicates: 1 } });
    const ended = { ...release, endedAt: minutesAfter(at, 30) };
    expect(await send(ended)).toMatchObject({ body: { accepted: 1, duplicates: 0 } });
    const around = `from=${minutesAfter(at, -1)}&to=${minutesAfter(at, 1)}`;
    expect(await list(around)).toEqual([ended]);
    expect(await send(ended)).toMatchObject({ body: { duplicates: 1 } });
    // The first body again takes nothing back.
    expect(await send(release)).toMatchObject({ body: { duplicates: 1 } });
    expect(await list(around)).toEqual([ended]);
  });

  it('are refused one by one', async () => {
    const answer = await send(
      aRelease('bad-1', { kind: 'party' }),
      aRelease('bad-2', { endedAt: minutesAfter(at, -1) }),
      aRelease('bad-3', { occurredAt: minutesAgo(-10) }),
      aRelease('bad-4', { labels: { service: 'a\0b' } }),
      aRelease('bad-5', { title: '' }),
      aRelease('good-1'),
    );
    expect(answer).toMatchObject({ status: 207, body: { accepted: 1 } });
    expect(answer.body['rejected']).toEqual([
      refusal(0, '/kind', 'invalid-value'),
      refusal(1, '/endedAt', 'bad-time'),
      refusal(2, '/occurredAt', 'future-time'),
      refusal(3, '/labels/service', 'bad-text'),
      refusal(4, '/title', 'out-of-range'),
    ]);
  });

  it('are listed newest first, over a stretch of time', async () => {
    const [old, middle, young] = [200, 100, 50].map((ago, i) =>
      aRelease(`list-${String(i)}`, { occurredAt: minutesAgo(ago) }),
    );
    await send(middle, young, old);
    const ids = (changes: Json[]): unknown[] => changes.map(({ id }) => id);
    expect(ids(await list(`from=${minutesAgo(250)}`))).toEqual(['list-2', 'list-1', 'list-0']);
    expect(ids(await list(`from=${minutesAgo(250)}&to=${minutesAgo(60)}`))).toEqual([
      'list-1',
      'list-0',
    ]);
    expect(ids(await list('limit=1'))).toEqual(['list-2']);
    expect((await api.get('/v1/changes?from=yesterday')).status).toBe(400);
    const backwards = `from=${minutesAgo(50)}&to=${minutesAgo(60)}`;
    expect(await api.get(`/v1/changes?${backwards}`)).toMatchObject({
      status: 422,
      body: { errors: [{ pointer: '/from', code: 'empty-range' }] },
    });
  });
});
