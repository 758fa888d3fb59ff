import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import type { Body } from '../../builders/bodies.js';
import {
  aJourney,
  anAnomaly,
  anId,
  anIncident,
  anOutcome,
  minutesAfter,
  minutesAgo,
} from '../../builders/bodies.js';
import { type Answer, type Json, RunningApi } from '../../builders/running-api.js';

let api: RunningApi;

beforeAll(async () => {
  api = await RunningApi.start();
  await api.post('/v1/journeys', aJourney());
});
afterAll(() => api.stop());

async function anAnomalyIn(overrides: Body = {}): Promise<string> {
  const anomaly = anAnomaly(overrides);
  await api.post('/v1/anomalies', [anomaly]);
  return String(anomaly['id']);
}

async function outcomesOf(anomalyId: string): Promise<Json[]> {
  const answer = await api.get(`/v1/outcomes?anomalyId=${anomalyId}`);
  expect(answer.status).toBe(200);
  return answer.body['items'] as Json[];
}

const refusal = (index: number, pointer: string, code: string): unknown =>
  expect.objectContaining({ index, pointer, code });

describe('outcomes', () => {
  const send = (...outcomes: readonly unknown[]): Promise<Answer> =>
    api.post('/v1/outcomes', outcomes);

  it('are recorded once, and read as they were told', async () => {
    const outcome = anOutcome(await anAnomalyIn(), {
      startedAt: minutesAgo(9),
      endedAt: minutesAgo(3),
      mitigation: 'rolled back',
    });
    expect(await send(outcome)).toMatchObject({ status: 200, body: { accepted: 1 } });
    expect(await send(outcome)).toMatchObject({ status: 200, body: { duplicates: 1 } });
    const [read] = await outcomesOf(String(outcome['anomalyId']));
    expect(read).toMatchObject(outcome);
    expect(Date.parse(String(read?.['recordedAt']))).toBeLessThanOrEqual(Date.now());
    const other = await send({ ...outcome, failure: false });
    expect(other).toMatchObject({
      status: 422,
      body: { rejected: [refusal(0, '/id', 'conflict')] },
    });
    const { id: _, ...nameless } = anOutcome(await anAnomalyIn());
    expect(await send(nameless, nameless)).toMatchObject({ body: { accepted: 1, duplicates: 1 } });
  });

  it('are refused one by one', async () => {
    const anomalyId = await anAnomalyIn();
    const missed = { verdict: 'missed', startedAt: minutesAgo(5) };
    const answer = await send(
      anOutcome('nothing'),
      anOutcome(anomalyId, { journey: 'nothing' }),
      anOutcome(anomalyId, { stage: 'nothing' }),
      anOutcome(anomalyId, { verdict: 'perhaps' }),
      anOutcome(anomalyId, missed),
      anOutcome(undefined, { ...missed, startedAt: undefined }),
      anOutcome(undefined),
      anOutcome(anomalyId, { interval: [5, 1] }),
      anOutcome(anomalyId, { startedAt: minutesAgo(1), endedAt: minutesAgo(2) }),
      anOutcome(anomalyId, { startedAt: minutesAgo(-5) }),
      anOutcome(anomalyId, { failureProbability: 1.1 }),
      anOutcome(anomalyId, { conversionsLost: 500, interval: [1, 2] }),
      anOutcome(anomalyId, { conversionsLost: 0, interval: [1, 2] }),
      anOutcome(undefined, { ...missed, failure: false }),
      anOutcome(undefined, missed),
      anOutcome(anomalyId),
    );
    expect(answer).toMatchObject({ status: 207, body: { accepted: 2, duplicates: 0 } });
    expect(answer.body['rejected']).toEqual([
      refusal(0, '/anomalyId', 'unknown-anomaly'),
      refusal(1, '/journey', 'unknown-journey'),
      refusal(2, '/stage', 'unknown-stage'),
      refusal(3, '/verdict', 'invalid-value'),
      refusal(4, '/anomalyId', 'inconsistent'),
      refusal(5, '/startedAt', 'inconsistent'),
      refusal(6, '/anomalyId', 'inconsistent'),
      refusal(7, '/interval', 'inconsistent'),
      refusal(8, '/endedAt', 'bad-time'),
      refusal(9, '/startedAt', 'future-time'),
      refusal(10, '/failureProbability', 'out-of-range'),
      refusal(11, '/conversionsLost', 'inconsistent'),
      refusal(12, '/conversionsLost', 'inconsistent'),
      refusal(13, '/failure', 'inconsistent'),
    ]);
  });

  it('are corrected by later ones, the current first', async () => {
    const anomalyId = await anAnomalyIn();
    const first = anOutcome(anomalyId);
    const second = anOutcome(anomalyId, {
      failure: false,
      verdict: 'unrelated',
      supersedes: first['id'],
    });
    const third = anOutcome(anomalyId, { stage: 'cart', verdict: 'contributed' });
    for (const outcome of [first, third, second]) await send(outcome);
    const read = await outcomesOf(anomalyId);
    expect(read.map(({ id }) => id)).toEqual([second['id'], third['id'], first['id']]);
  });

  it('correct only what is there, of the same episode and stage', async () => {
    const [anomalyId, other] = [await anAnomalyIn(), await anAnomalyIn()];
    const first = anOutcome(anomalyId);
    const correct = (overrides: Body): Body =>
      anOutcome(anomalyId, { supersedes: first['id'], ...overrides });
    const missed = anOutcome(undefined, { verdict: 'missed', startedAt: minutesAgo(5) });
    const answer = await send(
      correct({ supersedes: `${String(first['id'])}x` }),
      first,
      correct({ id: 'mine', supersedes: 'mine' }),
      correct({ anomalyId: other }),
      correct({ stage: 'cart' }),
      { ...missed, supersedes: first['id'] },
      missed,
      { ...missed, id: anId('missed'), supersedes: missed['id'] },
    );
    expect(answer).toMatchObject({ status: 207, body: { accepted: 3 } });
    expect(answer.body['rejected']).toEqual([
      refusal(0, '/supersedes', 'unknown-outcome'),
      refusal(2, '/supersedes', 'inconsistent'),
      refusal(3, '/supersedes', 'inconsistent'),
      refusal(4, '/supersedes', 'inconsistent'),
      refusal(5, '/supersedes', 'inconsistent'),
    ]);
    // A repeat of the anomaly is of its episode; what is sent again is the same again.
    const { startedAt, fingerprint } = { startedAt: minutesAgo(4), fingerprint: anomalyId };
    const again = await anAnomalyIn({ startedAt, fingerprint });
    const second = correct({ anomalyId: again, failure: false });
    expect(await send(second)).toMatchObject({ status: 200, body: { accepted: 1 } });
    expect(await send(first, second)).toMatchObject({ status: 200, body: { duplicates: 2 } });
  });

  it('are read since a revision, page by page and as lines', async () => {
    const start = Number(
      ((await api.get('/v1/outcomes?limit=1000')).body['items'] as Json[]).at(-1)?.['revision'] ??
        0,
    );
    const anomalyId = await anAnomalyIn();
    const outcomes = Array.from({ length: 7 }, () => anOutcome(anomalyId));
    await send(...outcomes);
    const ids = outcomes.map(({ id }) => id);
    const seen: unknown[] = [];
    let next = String(start);
    for (let pages = 0; next !== 'none' && pages < 9; pages += 1) {
      const { body } = await api.get(`/v1/outcomes?since_revision=${next}&limit=3`);
      seen.push(...(body['items'] as Json[]).map(({ id }) => id));
      next = (body['next'] as string | undefined) ?? 'none';
    }
    expect(seen).toEqual(ids);
    const lines = await api.get(`/v1/outcomes?format=ndjson&since_revision=${String(start)}`);
    expect(lines.headers.get('content-type')).toContain('application/x-ndjson');
    const read = lines.text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Json);
    expect(read.map(({ id }) => id)).toEqual(ids);
    const own = await api.get(`/v1/outcomes?format=ndjson&anomalyId=${anomalyId}`);
    expect(own.text.trimEnd().split('\n')).toHaveLength(7);
    for (const query of ['since_revision=-1', 'since_revision=x', 'limit=0', 'format=xml']) {
      expect([query, (await api.get(`/v1/outcomes?${query}`)).status]).toEqual([query, 400]);
    }
  });

  it('are read by anomaly, journey, verdict and number in either form', async () => {
    const [anomalyId, other] = [await anAnomalyIn(), await anAnomalyIn()];
    const [first, second, third] = [
      anOutcome(anomalyId),
      anOutcome(anomalyId, { verdict: 'contributed', stage: 'cart' }),
      anOutcome(anomalyId),
    ];
    await send(first, anOutcome(other), second, third);
    const lines = async (query: string): Promise<unknown[]> => {
      const { status, text } = await api.get(`/v1/outcomes?${query}&format=ndjson`);
      expect([query, status]).toEqual([query, 200]);
      return text
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => (JSON.parse(line) as Json)['id']);
    };
    const items = async (query: string): Promise<unknown[]> => {
      const { status, body } = await api.get(`/v1/outcomes?${query}`);
      expect([query, status]).toEqual([query, 200]);
      return (body['items'] as Json[]).map(({ id }) => id);
    };
    const own = `anomalyId=${anomalyId}`;
    const since = String((await outcomesOf(anomalyId)).at(-1)?.['revision']);
    const ids = [first, second, third].map(({ id }) => id);
    const asked: readonly (readonly [string, unknown[]])[] = [
      [own, ids],
      [`${own}&verdict=contributed`, [second['id']]],
      [`${own}&journey=nothing`, []],
      [`${own}&journey=checkout&verdict=missed&limit=1`, []],
      [`${own}&since_revision=${since}`, [second['id'], third['id']]],
    ];
    for (const [query, expected] of asked) {
      expect([query, await lines(query)]).toEqual([query, expected]);
      expect([query, await items(query)]).toEqual([query, expected.toReversed()]);
    }
    expect(await lines(`${own}&limit=2`)).toEqual(ids.slice(0, 2));
    expect(await items(`${own}&limit=2`)).toEqual(ids.toReversed().slice(0, 2));
    expect(await lines('journey=nothing')).toEqual([]);
    expect(await lines('limit=1')).toHaveLength(1);
  });

  it('are those of the whole episode, whichever of its anomalies is asked for', async () => {
    const fingerprint = anId('fingerprint');
    const first = await anAnomalyIn({ fingerprint, startedAt: minutesAgo(12) });
    const repeat = await anAnomalyIn({ fingerprint, startedAt: minutesAgo(8) });
    const other = await anAnomalyIn();
    const [measured, told] = [
      anOutcome(first, { source: 'measured', author: undefined }),
      anOutcome(repeat),
    ];
    await send(measured, told, anOutcome(other));
    const ids = [told['id'], measured['id']];
    for (const anomalyId of [first, repeat]) {
      expect((await outcomesOf(anomalyId)).map(({ id }) => id)).toEqual(ids);
      const { text } = await api.get(`/v1/outcomes?format=ndjson&anomalyId=${anomalyId}`);
      const lines = text.trimEnd().split('\n');
      expect(lines.map((line) => (JSON.parse(line) as Json)['id'])).toEqual(ids.toReversed());
    }
    expect(await outcomesOf('nothing')).toEqual([]);
  });

  it('are never overtaken: who reads up to a revision has seen all before it', async () => {
    const anomalyId = await anAnomalyIn();
    const begun = api.source.createQueryRunner();
    await begun.startTransaction();
    const columns = 'id, anomaly_id, journey, stage, verdict, source, content, known_at';
    await begun.query('SELECT pg_advisory_xact_lock(7405006)');
    await begun.query(
      `INSERT INTO outcome (${columns}) VALUES ($1, $2, 'checkout', 'payment', 'unknown', 'import',
         gen_random_uuid(), now())`,
      [anId('slow'), anomalyId],
    );
    const fast = anOutcome(anomalyId);
    const sent = send(fast);
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(await outcomesOf(anomalyId)).toEqual([]);
    await begun.commitTransaction();
    await begun.release();
    expect((await sent).status).toBe(200);
    const revisions = (await outcomesOf(anomalyId)).map(({ revision }) => Number(revision));
    expect(revisions).toHaveLength(2);
  });

  it('tell of one missed failure once, as thresholds count it', async () => {
    const missed = { verdict: 'missed', journey: 'checkout', stage: 'done', failure: true };
    const body = (startedAt: string, more: Body): Body => {
      const { anomalyId: _, ...outcome } = anOutcome(undefined, { ...missed, startedAt, ...more });
      return outcome;
    };
    const start = minutesAgo(300);
    const ended = { endedAt: minutesAfter(start, 55), interval: [30, 60] };
    const first = body(start, { ...ended, source: 'measured', conversionsLost: 47 });
    const twice = [0, 1].map(() => body(minutesAfter(start, 1), { ...ended, conversionsLost: 48 }));
    const open = body(minutesAgo(100), { conversionsLost: undefined, interval: undefined });
    const wrong = body(minutesAgo(200), {});
    const noFailure = body(minutesAgo(200), { failure: null, supersedes: wrong['id'] });
    const sent = await send(first, ...twice, open, wrong, noFailure);
    expect(sent.body).toMatchObject({ accepted: 6, rejected: [] });
    const { body: answer, status } = await api.get('/v1/outcomes/missed?journey=checkout');
    expect(status).toBe(200);
    const own = (answer['items'] as Json[]).filter(({ stage }) => stage === 'done');
    expect(own).toMatchObject([
      { id: open['id'], endedAt: null, conversionsLost: null, valueLost: null, sources: ['human'] },
      {
        ...{ id: first['id'], ...ended, conversionsLost: 48, sources: ['measured', 'human'] },
        valueLost: 48 * 80,
      },
    ]);
    const query = `journey=checkout&from=${minutesAgo(400)}&to=${minutesAgo(150)}`;
    const some = (await api.get(`/v1/outcomes/missed?${query}`)).body['items'] as Json[];
    expect(some.map(({ id }) => id)).toEqual([first['id']]);
    expect((await api.get('/v1/outcomes/missed')).status).toBe(400);
    const turned = `journey=checkout&from=${minutesAgo(1)}&to=${minutesAgo(2)}`;
    expect(await api.get(`/v1/outcomes/missed?${turned}`)).toMatchObject({
      status: 422,
      body: { errors: [{ pointer: '/from', code: 'empty-range' }] },
    });
  });

  it('tell what a missed failure cost by what a conversion was worth then', async () => {
    const define = (method: string, path: string, more: Body): Promise<Answer> =>
      api.request(method, path, JSON.stringify(aJourney({ key: 'repriced', ...more })));
    const missed = (startedAt: string): Body => {
      const { anomalyId: _, ...told } = anOutcome(undefined, { verdict: 'missed', startedAt });
      return { ...told, journey: 'repriced', endedAt: startedAt };
    };
    const costs = async (): Promise<unknown[]> => {
      const { body } = await api.get('/v1/outcomes/missed?journey=repriced');
      return (body['items'] as Json[]).map(({ valueLost, currency }) => [valueLost, currency]);
    };
    await define('POST', '/v1/journeys', { currency: 'EUR' });
    await send(missed(minutesAgo(300)));
    const dearer = { valuePerConversion: 500, currency: 'USD' };
    expect(await define('PUT', '/v1/journeys/repriced', dearer)).toMatchObject({
      body: { version: 2 },
    });
    expect(await costs()).toEqual([[12 * 80, 'EUR']]);
    await send(missed(minutesAgo(0)));
    expect(await costs()).toEqual([
      [12 * 500, 'USD'],
      [12 * 80, 'EUR'],
    ]);
  });

  it('are labels: only who may label may tell them', async () => {
    const outcome = anOutcome(await anAnomalyIn());
    const key = await api.keyOf('ingest', 'read', 'review');
    expect((await api.post('/v1/outcomes', [outcome], { key })).status).toBe(403);
    const labeller = await api.keyOf('label');
    expect((await api.post('/v1/outcomes', [outcome], { key: labeller })).status).toBe(200);
  });
});

describe('what was measured', () => {
  const measured = async (): Promise<Body> =>
    anOutcome(await anAnomalyIn(), { source: 'measured', verdict: 'unknown', author: undefined });

  it('is told from outside only by who brings history', async () => {
    const label = await api.keyOf('label');
    const outcome = await measured();
    expect(await api.post('/v1/outcomes', [outcome], { key: label })).toMatchObject({
      status: 422,
      body: { rejected: [refusal(0, '/source', 'backfill-scope-required')] },
    });
    const early = { ...outcome, source: 'human', id: `measured/${anId('episode')}/checkout/done` };
    expect(await api.post('/v1/outcomes', [early], { key: label })).toMatchObject({
      body: { rejected: [refusal(0, '/id', 'backfill-scope-required')] },
    });
    const { id: _, ...told } = outcome;
    const retrospective = {
      ...{ id: anId('retrospective'), incidentId: 'i', author: 'ada', heldAt: minutesAgo(1) },
      outcomes: [told],
    };
    expect(await api.post('/v1/retrospectives', retrospective, { key: label })).toMatchObject({
      status: 422,
      body: { rejected: [refusal(0, '/outcomes/0/source', 'backfill-scope-required')] },
    });
    expect(await outcomesOf(String(outcome['anomalyId']))).toEqual([]);
    for (const key of [await api.keyOf('label', 'backfill'), await api.keyOf('admin')]) {
      expect((await api.post('/v1/outcomes', [await measured()], { key })).status).toBe(200);
    }
  });

  it('is corrected by whom it concerns, in their own name', async () => {
    const key = await api.keyOf('label');
    const first = await measured();
    await api.post('/v1/outcomes', [first]);
    const said = anOutcome(first['anomalyId'], { failure: false, supersedes: first['id'] });
    expect((await api.post('/v1/outcomes', [said], { key })).status).toBe(200);
  });
});

describe('retrospectives', () => {
  const send = (...all: readonly unknown[]): Promise<Answer> => api.post('/v1/retrospectives', all);
  const aRetrospective = async (overrides: Body = {}): Promise<Body> => {
    const incident = anIncident();
    await api.post('/v1/incidents', [incident]);
    return {
      id: anId('retrospective'),
      incidentId: incident['id'],
      author: 'ada',
      heldAt: minutesAgo(2),
      factors: ['retry storm'],
      thresholdVerdicts: [{ rule: 'PaymentErrors', verdict: 'too-late' }],
      actions: [{ title: 'cap retries', owner: 'payments', due: minutesAgo(-60 * 24) }],
      ...overrides,
    };
  };
  const told = (anomalyId: string, more: Body = {}): Body => {
    const { id: _, author: __, ...outcome } = anOutcome(anomalyId, more);
    return outcome;
  };
  const missed = {
    journey: 'checkout',
    stage: 'cart',
    failure: true,
    verdict: 'missed',
    startedAt: minutesAgo(50),
    endedAt: minutesAgo(40),
  };

  it('are recorded with their outcomes, once', async () => {
    const anomalyId = await anAnomalyIn();
    const body = await aRetrospective({ outcomes: [told(anomalyId)], missed: [missed] });
    expect(await send(body)).toMatchObject({ status: 200, body: { accepted: 1 } });
    expect(await send(body)).toMatchObject({ status: 200, body: { duplicates: 1 } });
    expect(await outcomesOf(anomalyId)).toMatchObject([
      { verdict: 'caused', author: 'ada', source: 'human' },
    ]);
    const log = (await api.get('/v1/outcomes?limit=1000')).body['items'] as Json[];
    const own = log.filter(({ id }) => String(id).startsWith(String(body['id'])));
    expect(own.map(({ verdict }) => verdict)).toEqual(['caused', 'missed']);
    const path = `/v1/retrospectives/${String(body['id'])}`;
    expect((await api.get(path)).body).toMatchObject({
      heldAt: body['heldAt'],
      factors: body['factors'],
      actions: body['actions'],
      missed: [missed],
    });
    expect(((await api.get('/v1/retrospectives')).body['items'] as Json[])[0]).toMatchObject({
      id: body['id'],
    });
    expect((await api.get('/v1/retrospectives/nothing')).status).toBe(404);
  });

  it('conflict where an id comes with other content', async () => {
    const body = await aRetrospective();
    await send(body);
    const answer = await send({ ...body, factors: ['other'] });
    expect(answer).toMatchObject({
      status: 422,
      body: { rejected: [refusal(0, '/id', 'conflict')] },
    });
  });

  it('are kept whole or not at all, and never block one another', async () => {
    const anomalyId = await anAnomalyIn();
    const [first, second] = [await aRetrospective(), await aRetrospective()];
    const spoilt = async (overrides: Body): Promise<Body> =>
      await aRetrospective({ id: anId('spoilt'), ...overrides });
    const answer = await send(
      first,
      await spoilt({ outcomes: [told(anomalyId), told('nothing')] }),
      await spoilt({ outcomes: [told(anomalyId, { stage: 'nothing' })] }),
      await spoilt({ missed: [missed, { ...missed, journey: 'nothing' }] }),
      await spoilt({ outcomes: [told(anomalyId, { anomalyId: undefined })] }),
      await spoilt({ missed: [{ ...missed, anomalyId }] }),
      await spoilt({ missed: [{ ...missed, verdict: 'caused' }] }),
      await spoilt({ outcomes: [told(anomalyId, { startedAt: minutesAgo(-5) })] }),
      await spoilt({ missed: [{ ...missed, endedAt: minutesAgo(60) }] }),
      await spoilt({ heldAt: minutesAgo(-5) }),
      second,
    );
    expect(answer).toMatchObject({ status: 207, body: { accepted: 2 } });
    expect(answer.body['rejected']).toEqual([
      refusal(1, '/outcomes/1/anomalyId', 'unknown-anomaly'),
      refusal(2, '/outcomes/0/stage', 'unknown-stage'),
      refusal(3, '/missed/1/journey', 'unknown-journey'),
      refusal(4, '/outcomes/0/anomalyId', 'inconsistent'),
      refusal(5, '/missed/0/anomalyId', 'inconsistent'),
      refusal(6, '/missed/0/verdict', 'invalid-value'),
      refusal(7, '/outcomes/0/startedAt', 'future-time'),
      refusal(8, '/missed/0/endedAt', 'bad-time'),
      refusal(9, '/heldAt', 'future-time'),
    ]);
    expect(await outcomesOf(anomalyId)).toEqual([]);
    const log = (await api.get('/v1/outcomes?limit=1000')).body['items'] as Json[];
    expect(log.filter(({ id }) => String(id).startsWith('spoilt'))).toEqual([]);
  });

  it('say one thing of one anomaly and stage', async () => {
    const anomalyId = await anAnomalyIn();
    const other = await anAnomalyIn();
    const caused = told(anomalyId);
    const no = { failure: false, verdict: 'unrelated' };
    const answer = await send(
      await aRetrospective({ outcomes: [caused, told(other, no), told(anomalyId, no)] }),
      await aRetrospective({ outcomes: [told(anomalyId, { verdict: 'unrelated' }), caused] }),
      await aRetrospective({
        outcomes: [
          caused,
          told(anomalyId, { verdict: 'contributed' }),
          told(anomalyId, { verdict: 'unknown', failure: null }),
          told(anomalyId, { ...no, stage: 'cart' }),
        ],
      }),
    );
    expect(answer).toMatchObject({ status: 207, body: { accepted: 1 } });
    expect(answer.body['rejected']).toEqual([
      refusal(0, '/outcomes/2/failure', 'inconsistent'),
      refusal(1, '/outcomes/1/verdict', 'inconsistent'),
    ]);
  });

  it('are held of incidents that are kept elsewhere, too', async () => {
    expect((await send(await aRetrospective({ incidentId: 'INC-ELSEWHERE' }))).status).toBe(200);
  });

  it('are dated back by who may backfill, and then hold nothing later', async () => {
    const anomalyId = await anAnomalyIn({
      startedAt: minutesAgo(300),
      receivedAt: minutesAgo(299),
    });
    const receivedAt = minutesAgo(100);
    const body = await aRetrospective({
      heldAt: minutesAgo(101),
      receivedAt,
      outcomes: [
        told(anomalyId, { startedAt: minutesAgo(300), endedAt: minutesAfter(receivedAt, 1) }),
      ],
    });
    const answer = await send(body);
    expect(answer.body['rejected']).toEqual([refusal(0, '/outcomes/0/endedAt', 'future-time')]);
    const good = { ...body, outcomes: [told(anomalyId)] };
    expect((await send(good)).status).toBe(200);
    expect(await outcomesOf(anomalyId)).toMatchObject([{ recordedAt: receivedAt }]);
  });
});
