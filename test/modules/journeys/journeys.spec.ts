import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { aJourney, anAnomaly, minutesAgo } from '../../builders/bodies.js';
import { type Answer, type Json, RunningApi } from '../../builders/running-api.js';

describe('journeys', () => {
  let api: RunningApi;

  beforeAll(async () => {
    api = await RunningApi.start();
  });
  afterAll(() => api.stop());

  const errorsOf = async (body: unknown): Promise<unknown> => {
    const answer = await api.post('/v1/journeys', body);
    expect(answer.status).toBe(422);
    return answer.body['errors'];
  };
  const stages = (...some: readonly Json[]): Json => ({
    stages: some.map((stage) => ({ event: 'e', weight: 1, ...stage })),
  });
  const refused = (pointer: string, code: string): Json =>
    expect.objectContaining({ pointer, code });

  it('are defined, listed and read; the same definition again changes nothing', async () => {
    const first = await api.post('/v1/journeys', aJourney());
    expect(first.status).toBe(201);
    expect(first.body).toMatchObject({
      key: 'checkout',
      version: 1,
      window: '1h',
      order: 'ordered',
    });
    const again = await api.post('/v1/journeys', aJourney());
    expect([again.status, again.body]).toEqual([200, first.body]);
    const one = await api.get('/v1/journeys/checkout');
    expect([one.status, one.body]).toEqual([200, { ...first.body, versions: [1] }]);
    expect((await api.get('/v1/journeys')).body).toEqual({ items: [first.body] });
  });

  it('have no duration that nothing could be measured after', async () => {
    for (const length of ['10y1ms', '69y']) {
      const [stage] = aJourney()['stages'] as Json[];
      const late = { ...stage, horizon: length, window: length, timeToValueTarget: length };
      const errors = await errorsOf(aJourney({ key: 'ages', window: length, stages: [late] }));
      expect(errors).toEqual(
        ['/window', '/stages/0/window', '/stages/0/horizon', '/stages/0/timeToValueTarget'].map(
          (pointer) => refused(pointer, 'out-of-range'),
        ),
      );
    }
    const [stage] = aJourney()['stages'] as Json[];
    const long = aJourney({ key: 'ages', window: '10y', stages: [{ ...stage, horizon: '10y' }] });
    expect((await api.post('/v1/journeys', long)).status).toBe(201);
    const anomaly = anAnomaly({ labels: { service: 'cart' } });
    expect((await api.post('/v1/anomalies', anomaly)).status).toBe(200);
  });

  it('get a new version by PUT alone', async () => {
    await api.post('/v1/journeys', aJourney({ key: 'booking' }));
    const other = aJourney({ key: 'booking', window: '2h' });
    const refusal = await api.post('/v1/journeys', other);
    expect(refusal.status).toBe(409);
    expect(refusal.body).toMatchObject({
      type: expect.stringMatching(/journey-exists$/),
    });
    const put = (body: Json): Promise<Answer> =>
      api.request('PUT', '/v1/journeys/booking', JSON.stringify(body));
    const revised = await put(other);
    expect([revised.status, revised.body['version']]).toEqual([201, 2]);
    expect((await put(other)).status).toBe(200);
    const { key: _, ...keyless } = other;
    expect((await put(keyless)).status).toBe(200);
    expect((await api.get('/v1/journeys/booking')).body).toMatchObject({
      version: 2,
      window: '2h',
      versions: [1, 2],
    });
    expect((await api.post('/v1/journeys', other)).status).toBe(200);
  });

  it('are put under the key of the path, which must be one', async () => {
    const put = (path: string, body: Json): Promise<Answer> =>
      api.request('PUT', `/v1/journeys/${path}`, JSON.stringify(body));
    const other = await put('returns', aJourney({ key: 'checkout' }));
    expect([other.status, other.body['errors']]).toEqual([422, [refused('/key', 'inconsistent')]]);
    for (const path of ['a%20b', '-a']) {
      const answer = await put(path, aJourney({ key: undefined }));
      expect([path, answer.status]).toEqual([path, 422]);
      expect(answer.body['errors']).toEqual([refused('/key', 'invalid')]);
    }
    expect(await put('returns', aJourney({ key: 'returns' }))).toMatchObject({ status: 201 });
  });

  it('are refused field by field', async () => {
    expect(await errorsOf(aJourney({ colour: 'red' }))).toEqual([
      refused('/colour', 'unknown-key'),
    ]);
    expect(await errorsOf(aJourney({ key: 'x', window: '0s' }))).toEqual([
      refused('/window', 'bad-duration'),
    ]);
    expect(await errorsOf(aJourney(stages({ key: 'a' }, { key: 'b' }, { key: 'a' })))).toEqual([
      refused('/stages/2/key', 'duplicate-key'),
    ]);
    expect(await errorsOf(aJourney(stages({ key: 'a', colour: 1, weight: 2 })))).toEqual(
      expect.arrayContaining([
        refused('/stages/0/colour', 'unknown-key'),
        refused('/stages/0/weight', 'out-of-range'),
      ]),
    );
    expect(await errorsOf({})).toEqual(
      expect.arrayContaining([refused('/key', 'required'), refused('/stages', 'required')]),
    );
    expect(await errorsOf(aJourney({ stages: [] }))).toEqual([refused('/stages', 'out-of-range')]);
  });

  it('are refused for a bad matcher, by its place', async () => {
    const mapped = (match: string): Json =>
      stages({ key: 'a' }, { key: 'b', mappings: [{ match: ['x="y"', match], relevance: 1 }] });
    for (const match of ['service=~"("', '="x"', 'service']) {
      const errors = (await errorsOf(aJourney({ key: 'm', ...mapped(match) }))) as Json[];
      expect(errors).toMatchObject([{ pointer: '/stages/1/mappings/0/match/1' }]);
    }
  });

  it('hold nothing that cannot be stored', async () => {
    const nul = 'a\0b';
    expect(await errorsOf(aJourney({ key: 'n', name: nul }))).toEqual([
      refused('/name', 'bad-text'),
    ]);
    const where = { key: 'n', ...stages({ key: 'a', where: { plan: nul } }) };
    expect(await errorsOf(aJourney(where))).toEqual([refused('/stages/0/where/plan', 'bad-text')]);
    const name = { key: 'n', ...stages({ key: 'a', where: { [nul]: 'x' } }) };
    expect(await errorsOf(aJourney(name))).toHaveLength(1);
    const match = { match: [`service="${nul}"`], relevance: 1 };
    const mapped = { key: 'n', ...stages({ key: 'a', mappings: [match] }) };
    expect(await errorsOf(aJourney(mapped))).toHaveLength(1);
    expect(await errorsOf(aJourney({ key: 'n', currency: 'a\0b' }))).toHaveLength(1);
  });

  it('that nobody knows are not found', async () => {
    for (const path of ['nothing', 'nothing/metrics', 'nothing/funnel', 'a%00b', 'a%00b/funnel']) {
      const answer = await api.get(`/v1/journeys/${path}`);
      expect([path, answer.status]).toEqual([path, 404]);
      expect(answer.headers.get('content-type')).toContain('application/problem+json');
    }
  });

  it('are dated back by who may backfill alone', async () => {
    const key = await api.keyOf('ingest');
    const receivedAt = minutesAgo(60);
    const body = aJourney({ key: 'dated', receivedAt });
    const refusal = await api.post('/v1/journeys', body, { key });
    expect(refusal.status).toBe(422);
    expect(refusal.body['errors']).toEqual([refused('/receivedAt', 'backfill-scope-required')]);
    expect((await api.post('/v1/journeys', body)).status).toBe(201);
    const later = { ...body, window: '3h', receivedAt: minutesAgo(30) };
    const put = await api.request('PUT', '/v1/journeys/dated', JSON.stringify(later));
    expect(put.body).toMatchObject({ version: 2, effectiveFrom: later.receivedAt });
  });
});
