import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { predictionAnswer } from '../../../src/wire/answers.js';
import type { Body } from '../../builders/bodies.js';
import { idsOf, queuePage } from '../../builders/queue-page.js';
import {
  aChange,
  aJourney,
  anAnomaly,
  anEvent,
  anId,
  minutesAfter,
  minutesAgo,
} from '../../builders/bodies.js';
import { type Answer, type Json, RunningApi } from '../../builders/running-api.js';

interface Result {
  readonly index: number;
  readonly anomalyId: string;
  readonly status: string;
  readonly predictions: readonly Json[];
  readonly error?: Json;
}

/** 200 when all were taken, 207 when some were, 422 when none was. */
const resultsOf = (answer: Answer): Result[] => {
  const results = answer.body['results'] as Result[];
  const refused = results.filter(({ status }) => status === 'rejected').length;
  expect(answer.status).toBe(refused === 0 ? 200 : refused === results.length ? 422 : 207);
  return results;
};

describe('anomalies', () => {
  let api: RunningApi;

  beforeAll(async () => {
    api = await RunningApi.start();
    await api.post('/v1/journeys', aJourney());
  });
  afterAll(() => api.stop());

  const send = async (...anomalies: readonly unknown[]): Promise<Result[]> =>
    resultsOf(await api.post('/v1/anomalies', anomalies));
  const rowCount = async (): Promise<unknown> => {
    const tables = ['anomaly', 'anomaly_revision', 'episode', 'episode_stage', 'prediction'];
    const counts = tables.map((table) => `(SELECT count(*)::int FROM ${table}) AS ${table}`);
    return (await api.source.query<Json[]>(`SELECT ${counts.join(', ')}`))[0];
  };

  describe('sent in', () => {
    it('are answered in their order, each with its fate', async () => {
      const [known, elsewhere] = [anAnomaly(), anAnomaly()];
      await send(known, elsewhere);
      const fresh = anAnomaly();
      const results = await send(
        fresh,
        known,
        anAnomaly({ severity: 'fatal' }),
        { ...known, endedAt: minutesAgo(1) },
        anAnomaly({ labels: { service: 'search' } }),
        { ...elsewhere, source: 'grafana' },
        fresh,
        null,
      );
      expect(results.map(({ index, status }) => [index, status])).toEqual([
        [0, 'stored'],
        [1, 'duplicate'],
        [2, 'rejected'],
        [3, 'updated'],
        [4, 'unmapped'],
        [5, 'rejected'],
        [6, 'duplicate'],
        [7, 'rejected'],
      ]);
      expect(results[2]?.error).toMatchObject({ pointer: '/severity', code: 'invalid-value' });
      expect(results[5]?.error).toMatchObject({ pointer: '/source', code: 'conflict' });
      expect(results[5]?.anomalyId).toBe(elsewhere['id']);
      expect(results[6]?.predictions).toEqual(results[0]?.predictions);
      expect(results[1]?.predictions).toHaveLength(1);
      expect(results[4]?.predictions).toEqual([]);
      expect(results[7]).toMatchObject({
        anomalyId: '',
        error: { pointer: '', code: 'wrong-type' },
      });
    });

    it('are answered with predictions as the contract has them, highest priority first', async () => {
      const both = anAnomaly({ labels: { service: 'payment', tier: 'x' }, segment: 'mobile' });
      const mapping = { match: ['tier="x"'], relevance: 0.5 };
      const stages = (aJourney()['stages'] as Body[]).map((stage) => ({
        ...stage,
        mappings: [mapping],
      }));
      await api.post('/v1/journeys', aJourney({ key: 'second', stages }));
      const [result] = await send(both);
      expect(
        result?.predictions.map(({ journey, stage }) => `${String(journey)}/${String(stage)}`),
      ).toHaveLength(4);
      const priorities = (result?.predictions ?? []).map(
        ({ priority }) => (priority as { value: number }).value,
      );
      expect(priorities).toEqual(priorities.toSorted((a, b) => b - a));
      for (const prediction of result?.predictions ?? []) {
        const read = predictionAnswer.strict().parse(prediction);
        expect(read.anomalyId).toBe(both['id']);
        expect(read.segment).toBe('mobile');
        expect(read).toMatchObject({ evidence: 'prior', modelVersion: '0' });
        expect(read.probability).toBeGreaterThan(0);
        expect(read.probability).toBeLessThan(1);
        expect(read.interval[0]).toBeLessThanOrEqual(read.probability);
        expect(read.interval[1]).toBeGreaterThanOrEqual(read.probability);
        const { conversions, conversionsIfFailure, interval } = read.expectedLoss;
        expect(conversions).toBeCloseTo(read.probability * conversionsIfFailure, 6);
        expect(interval[0]).toBeLessThanOrEqual(interval[1]);
        expect(read.impactScore).toBeGreaterThanOrEqual(0);
        expect(read.impactScore).toBeLessThanOrEqual(100);
        expect(read.reasons.length).toBeGreaterThan(0);
        expect(Date.parse(read.featuresAsOf)).toBeLessThanOrEqual(Date.now());
      }
      await api.request(
        'PUT',
        '/v1/journeys/second',
        JSON.stringify(aJourney({ key: 'second', stages: [{ key: 'a', event: 'a', weight: 1 }] })),
      );
    });

    it('again within fifteen minutes are one episode', async () => {
      const fingerprint = anId('repeats');
      const repeat = (start: number, more: Body = {}): Body =>
        anAnomaly({ fingerprint, startedAt: minutesAgo(start), ...more });
      const first = repeat(100, { endedAt: minutesAgo(95) });
      await send(first, repeat(81), repeat(66.1));
      const episodes = async (): Promise<unknown> =>
        await api.source.query(
          `SELECT id, repeats, ended_at FROM episode WHERE fingerprint = $1 ORDER BY started_at`,
          [fingerprint],
        );
      expect(await episodes()).toEqual([{ id: first['id'], repeats: 2, ended_at: null }]);
      const next = repeat(51, { endedAt: minutesAgo(50) });
      await send(next);
      expect(await episodes()).toMatchObject([{ repeats: 2 }, { id: next['id'], repeats: 0 }]);
      const other = anAnomaly({ fingerprint, source: 'grafana', startedAt: minutesAgo(49) });
      await send(other);
      expect(await episodes()).toHaveLength(3);
    });

    it('at the same moment from many senders are one episode all the same', async () => {
      const fingerprint = anId('at-once');
      const startedAt = minutesAgo(5);
      const answers = await Promise.all(
        Array.from({ length: 8 }, () => send(anAnomaly({ fingerprint, startedAt }))),
      );
      expect(answers.flat().map(({ status }) => status)).toEqual(answers.map(() => 'stored'));
      const sql = 'SELECT repeats FROM episode WHERE fingerprint = $1';
      expect(await api.source.query(sql, [fingerprint])).toEqual([{ repeats: 7 }]);
    });

    it('keep their labels through a revision that brings none', async () => {
      const { fingerprint: _fingerprint, ...anomaly } = anAnomaly();
      await send(anomaly);
      const { labels, ...rest } = anomaly;
      const [updated] = await send({
        ...rest,
        endedAt: minutesAfter(String(anomaly['startedAt']), 1),
      });
      expect(updated?.status).toBe('updated');
      expect((await api.get(`/v1/anomalies/${String(anomaly['id'])}`)).body).toMatchObject({
        labels,
      });
    });

    it('learn their end from a revision', async () => {
      const anomaly = anAnomaly();
      await send(anomaly);
      const path = `/v1/anomalies/${String(anomaly['id'])}`;
      expect((await api.get(path)).body).toMatchObject({ revision: 1, episode: { endedAt: null } });
      const endedAt = minutesAgo(2);
      const [updated] = await send({ ...anomaly, endedAt, peakValue: 0.4 });
      expect(updated?.status).toBe('updated');
      expect(updated?.predictions).toHaveLength(1);
      expect((await api.get(path)).body).toMatchObject({
        revision: 2,
        endedAt,
        peakValue: 0.4,
        episode: { endedAt, repeats: 0 },
      });
      expect((await send({ ...anomaly, endedAt }))[0]?.status).toBe('duplicate');
    });

    it('are refused one by one, and never block their batch', async () => {
      const odd: readonly (readonly [Body, string, string])[] = [
        [{ endedAt: minutesAgo(20) }, '/endedAt', 'bad-time'],
        [{ startedAt: minutesAgo(-2) }, '/startedAt', 'future-time'],
        [{ endedAt: minutesAgo(-2) }, '/endedAt', 'future-time'],
        [{ startedAt: '1999-01-01T00:00:00Z' }, '/startedAt', 'too-old'],
        [{ labels: { service: 'pay\0ment' } }, '/labels/service', 'bad-text'],
        [{ labels: { 'a\0b': 'payment' } }, '/labels', 'bad-text'],
        [{ annotations: { note: '\ud83d' } }, '/annotations/note', 'bad-text'],
        [{ labels: { service: 1 } }, '/labels/service', 'wrong-type'],
        [{ id: undefined }, '/id', 'required'],
        [{ confidence: 2 }, '/confidence', 'out-of-range'],
        [{ colour: 'red' }, '/colour', 'unknown-key'],
        [{ comparison: '=' }, '/comparison', 'invalid-value'],
      ];
      const results = await send(...odd.map(([fields]) => anAnomaly(fields)), anAnomaly());
      expect(results.map(({ error }) => [error?.['pointer'], error?.['code']])).toEqual([
        ...odd.map(([, pointer, code]) => [pointer, code]),
        [undefined, undefined],
      ]);
      expect(results.at(-1)?.status).toBe('stored');
    });

    it('are told all that is wrong with them', async () => {
      const odd = anAnomaly({ severity: 'fatal', startedAt: 'yesterday', colour: 'red', size: 1 });
      const many = Array.from({ length: 50 }, (_, i) => [`key${String(i)}`, i] as const);
      const results = await send(odd, anAnomaly(Object.fromEntries(many)));
      const [{ also, ...first } = {}, crowded] = results.map(({ error }) => error ?? {});
      expect([first, ...((also ?? []) as Json[])].map((one) => one['pointer'])).toEqual([
        '/severity',
        '/startedAt',
        '/colour',
        '/size',
      ]);
      expect(crowded?.['also']).toHaveLength(19);
    });

    it('are one by their start and fingerprint, which no later body changes', async () => {
      const anomaly = anAnomaly();
      await send(anomaly);
      const before = await rowCount();
      const results = await send(
        { ...anomaly, startedAt: minutesAgo(4) },
        { ...anomaly, fingerprint: 'another' },
        { ...anomaly, fingerprint: undefined, labels: {} },
      );
      expect(
        results.map(({ status, error }) => [status, error?.['pointer'], error?.['code']]),
      ).toEqual([
        ['rejected', '/startedAt', 'conflict'],
        ['rejected', '/fingerprint', 'conflict'],
        ['duplicate', undefined, undefined],
      ]);
      expect(await rowCount()).toEqual(before);
    });

    it('with no fingerprint have one of their rule and labels, however long', async () => {
      const labels = Object.fromEntries(
        Array.from({ length: 8 }, (_, i) => [`label${String(i)}`, noise(1500, i)]),
      );
      const first = anAnomaly({ fingerprint: undefined, labels, name: 'Long' });
      const again = anAnomaly({
        fingerprint: undefined,
        labels,
        name: 'Long',
        startedAt: minutesAgo(9),
      });
      const other = anAnomaly({
        fingerprint: undefined,
        labels: { ...labels, label7: 'x' },
        name: 'Long',
      });
      const statuses = (await send(first, again, other)).map(({ status }) => status);
      expect(statuses).toEqual(['unmapped', 'unmapped', 'unmapped']);
      const sql = `SELECT repeats FROM episode WHERE name = 'Long' ORDER BY repeats`;
      expect(await api.source.query(sql)).toEqual([{ repeats: 0 }, { repeats: 1 }]);
    });

    it('are answered as other bulk bodies are: 422 where none was taken', async () => {
      const statuses: number[] = [];
      for (const path of ['/v1/anomalies', '/v1/predictions']) {
        for (const body of [{ id: 'bad' }, [{ id: 'bad' }, anAnomaly()], [anAnomaly()]]) {
          statuses.push((await api.post(path, body)).status);
        }
      }
      expect(statuses).toEqual([422, 207, 200, 422, 207, 200]);
    });

    it('come one to five hundred at once', async () => {
      expect((await api.post('/v1/anomalies', [])).status).toBe(422);
      const many = Array.from({ length: 501 }, () => anAnomaly({ labels: { service: 'search' } }));
      expect((await api.post('/v1/anomalies', many)).status).toBe(422);
      const results = await send(...many.slice(0, 500));
      expect(results.map(({ index }) => index)).toEqual(results.map((_, i) => i));
      expect(new Set(results.map(({ status }) => status))).toEqual(new Set(['unmapped']));
      expect(resultsOf(await api.post('/v1/anomalies', anAnomaly()))).toHaveLength(1);
    });

    it('are dated back by who may backfill alone', async () => {
      const startedAt = '2025-06-01T10:00:00Z';
      const anomaly = anAnomaly({ startedAt, receivedAt: minutesAfter(startedAt, 1) });
      const key = await api.keyOf('ingest');
      const [refused] = resultsOf(await api.post('/v1/anomalies', [anomaly], { key }));
      expect(refused?.error).toMatchObject({ code: 'backfill-scope-required' });
      const early = { ...anomaly, receivedAt: minutesAfter(startedAt, -1) };
      expect((await send(early))[0]?.error).toMatchObject({ pointer: '/startedAt' });
      const [stored] = await send(anomaly);
      expect(stored?.predictions[0]).toMatchObject({ featuresAsOf: minutesAfter(startedAt, 1) });
    });
  });

  describe('only scored', () => {
    it('leave no trace', async () => {
      const before = await rowCount();
      const anomaly = anAnomaly();
      const key = await api.keyOf('read');
      const scored = resultsOf(
        await api.post('/v1/predictions', [anomaly, anAnomaly({ labels: {} }), 5], { key }),
      );
      expect(scored.map(({ status }) => status)).toEqual(['scored', 'unmapped', 'rejected']);
      expect(scored[0]?.predictions).toHaveLength(1);
      expect(await rowCount()).toEqual(before);
      expect((await api.get(`/v1/anomalies/${String(anomaly['id'])}`)).status).toBe(404);
      const [stored] = await send(anomaly);
      expect(stored?.status).toBe('stored');
    });

    it('are told what is wrong where all are', async () => {
      const scored = resultsOf(await api.post('/v1/predictions', [5, {}]));
      expect(scored.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    });
  });
});

/** Text that does not compress. */
function noise(length: number, seed: number): string {
  let state = seed + 1;
  return Array.from({ length }, () => {
    state = (state * 48_271) % 2_147_483_647;
    return String.fromCharCode(97 + (state % 26));
  }).join('');
}

describe('the queue', () => {
  let api: RunningApi;
  const ids: string[] = [];

  beforeAll(async () => {
    api = await RunningApi.start();
    await api.post('/v1/journeys', aJourney());
    const severities = ['info', 'critical', 'warning', 'error', 'critical', 'info', 'warning'];
    const anomalies = severities.map((severity, i) =>
      anAnomaly({
        severity,
        startedAt: minutesAgo(60 - i),
        labels: { service: i % 2 === 0 ? 'payment' : 'cart' },
        ...(i === 3 ? { endedAt: minutesAgo(30) } : {}),
      }),
    );
    const unmapped = anAnomaly({ labels: { service: 'search' }, startedAt: minutesAgo(61) });
    ids.push(...[...anomalies, unmapped].map(({ id }) => String(id)));
    await api.post('/v1/anomalies', [...anomalies, unmapped]);
  });
  afterAll(() => api.stop());

  const page = (query: string): ReturnType<typeof queuePage> => queuePage(api, query);

  it('is in order of priority; what touches no stage comes last', async () => {
    const { items } = await page('');
    expect(new Set(idsOf(items))).toEqual(new Set(ids));
    const priorities = items.map(({ priority }) => priority ?? -1) as number[];
    expect(priorities).toEqual(priorities.toSorted((a, b) => b - a));
    expect(items.at(-1)).toMatchObject({ id: ids[7], priority: null, predictions: [] });
    expect(items[0]).toMatchObject({ state: 'open', repeats: 0, labels: {}, predictions: [{}] });
  });

  it('is read page by page, each row once', async () => {
    for (const sort of ['-priority', '-startedAt']) {
      const whole = idsOf((await page(`sort=${sort}`)).items);
      const seen: unknown[] = [];
      let next: string | undefined = '';
      for (let pages = 0; next !== undefined && pages < 9; pages += 1) {
        const cursor = next === '' ? '' : `&cursor=${next}`;
        const one = await page(`sort=${sort}&limit=3${cursor}`);
        seen.push(...idsOf(one.items));
        next = one.next;
      }
      expect(seen).toEqual(whole);
    }
    const byStart = (await page('sort=-startedAt')).items.map(({ startedAt }) => String(startedAt));
    expect(byStart).toEqual(byStart.toSorted().reverse());
  });

  it('is filtered by journey, stage, priority and state', async () => {
    const cart = [ids[1], ids[3], ids[5]];
    const sorted = async (query: string): Promise<unknown[]> =>
      idsOf((await page(query)).items).toSorted();
    expect(await sorted('journey=checkout&stage=cart')).toEqual(cart.toSorted());
    expect(await sorted('stage=cart')).toEqual(cart.toSorted());
    expect(await sorted('journey=checkout')).toHaveLength(7);
    expect(await sorted('journey=nothing')).toEqual([]);
    expect(await sorted('state=ended')).toEqual([ids[3]]);
    expect(await sorted('state=open&stage=cart')).toEqual([ids[1], ids[5]].toSorted());
    const { items } = await page('');
    const middle = Number(items[3]?.['priority']);
    expect(await sorted(`min_priority=${String(middle)}`)).toEqual(
      idsOf(items.slice(0, 4)).toSorted(),
    );
  });

  it('refuses what it cannot read', async () => {
    const foreign = (value: unknown): string =>
      Buffer.from(JSON.stringify(value)).toString('base64url');
    const queries: readonly (readonly [string, string])[] = [
      ['cursor=xyz', '/cursor'],
      [`cursor=${foreign({})}`, '/cursor'],
      [`cursor=${foreign(['1', 'x'])}`, '/cursor'],
      [`cursor=${foreign([1, 'a\0b'])}`, '/cursor'],
      [`cursor=${Buffer.from('[1e999, "a"]').toString('base64url')}`, '/cursor'],
      ['limit=0', '/limit'],
      ['limit=501', '/limit'],
      ['limit=many', '/limit'],
      ['min_priority=2', '/min_priority'],
      ['state=closed', '/state'],
      ['sort=priority', '/sort'],
      ['journey=a%00b', '/journey'],
      ['min_prio=.9', '/min_prio'],
    ];
    for (const [query, pointer] of queries) {
      const answer = await api.get(`/v1/anomalies?${query}`);
      expect([query, answer.status]).toEqual([query, 400]);
      expect(answer.body['errors']).toMatchObject([{ pointer }]);
    }
  });
});

describe('one anomaly', () => {
  let api: RunningApi;

  beforeAll(async () => {
    api = await RunningApi.start();
    await api.post('/v1/journeys', aJourney());
  });
  afterAll(() => api.stop());

  it('is read with its predictions, its like and the changes nearby', async () => {
    const change = aChange();
    await api.post('/v1/changes', [change, aChange({ occurredAt: minutesAgo(60 * 48) })]);
    const anomaly = anAnomaly({ annotations: { summary: 'it burns' } });
    await api.post('/v1/anomalies', [anomaly]);
    const found = await api.get(`/v1/anomalies/${String(anomaly['id'])}`);
    expect(found.status).toBe(200);
    expect(found.body).toMatchObject({
      ...anomaly,
      revision: 1,
      episode: { id: anomaly['id'], startedAt: anomaly['startedAt'] },
      predictions: [{ journey: 'checkout', stage: 'payment' }],
      similarEpisodes: [],
      changesNearby: [change],
    });
    const stale = (found.body['predictions'] as { stale: string[] }[])[0]?.stale;
    expect(stale).toContainEqual(expect.stringContaining(String(change['id'])));
  });

  it('is found by any id that may be given', async () => {
    for (const id of ['a/b', 'a b?c#d', '100%', 'é💥', 'x'.repeat(300), '../etc', '"']) {
      await api.post('/v1/anomalies', [anAnomaly({ id })]);
      const answer = await api.get(`/v1/anomalies/${encodeURIComponent(id)}`);
      expect([id, answer.status, answer.body['id']]).toEqual([id, 200, id]);
    }
  });

  it('that nobody knows is not found', async () => {
    for (const id of ['nothing', 'a%00b', '%F0%9F%92%A5', 'x'.repeat(2000)]) {
      for (const path of ['', '/stories']) {
        const answer = await api.get(`/v1/anomalies/${id}${path}`);
        expect([id, answer.status]).toEqual([id, 404]);
        expect(answer.headers.get('content-type')).toContain('application/problem+json');
      }
    }
  });

  it('has the stories of those who were under way', async () => {
    const walk = (actor: string, event: string, ago: number): Body =>
      anEvent({ actor, event, occurredAt: minutesAgo(ago), segment: 'mobile' });
    await api.post('/v1/events', [
      walk('ann', 'cart', 22),
      walk('ann', 'pay', 18),
      { ...walk('bob', 'cart', 15), satisfaction: { scale: 'csat', score: 1 } },
      walk('too early', 'cart', 55),
      walk('too late', 'cart', 1),
    ]);
    const anomaly = anAnomaly({ startedAt: minutesAgo(20), endedAt: minutesAgo(10) });
    await api.post('/v1/anomalies', [anomaly]);
    const { status, body } = await api.get(`/v1/anomalies/${String(anomaly['id'])}/stories`);
    expect(status).toBe(200);
    expect(body['items']).toMatchObject([
      { journey: 'checkout', actor: 'ann', segment: 'mobile', furthest: 'payment', state: 'open' },
      { actor: 'bob', furthest: 'cart', satisfaction: [{ scale: 'csat', score: 1 }] },
    ]);
    const limited = await api.get(`/v1/anomalies/${String(anomaly['id'])}/stories?limit=1`);
    expect(limited.body['items']).toHaveLength(1);
  });
});
