import { connect } from 'node:net';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import type { Body } from '../../builders/bodies.js';
import { aChange, aJourney, anAnomaly, anEvent, anId } from '../../builders/bodies.js';
import { type Answer, type Json, RunningApi } from '../../builders/running-api.js';

let api: RunningApi;

beforeAll(async () => {
  api = await RunningApi.start();
  await api.post('/v1/journeys', aJourney());
});
afterAll(() => api.stop());

/** Every error is told alike (RFC 9457). */
function expectProblem(answer: Answer, status: number, code: string, path: string): void {
  expect([path, answer.status]).toEqual([path, status]);
  expect(answer.headers.get('content-type')).toMatch(/^application\/problem\+json/);
  expect(Object.keys(answer.body)).toEqual(
    expect.arrayContaining(['type', 'title', 'status', 'detail', 'instance', 'errors']),
  );
  expect(answer.body).toMatchObject({
    type: `https://throughline.dev/problems/${code}`,
    status,
    instance: path,
  });
  expect(Array.isArray(answer.body['errors'])).toBe(true);
}

describe('keys', () => {
  const routes: readonly (readonly [string, string, string])[] = [
    ['POST', '/v1/journeys', 'ingest'],
    ['PUT', '/v1/journeys/checkout', 'ingest'],
    ['POST', '/v1/events', 'ingest'],
    ['POST', '/v1/stage-metrics', 'ingest'],
    ['POST', '/v1/anomalies', 'ingest'],
    ['POST', '/v1/ingest/alertmanager/x', 'ingest'],
    ['POST', '/v1/changes', 'ingest'],
    ['POST', '/v1/incidents', 'ingest'],
    ['PATCH', '/v1/incidents/x', 'ingest'],
    ['POST', '/v1/outcomes', 'label'],
    ['POST', '/v1/retrospectives', 'label'],
    ['POST', '/v1/predictions', 'read'],
    ['GET', '/v1/anomalies', 'read'],
    ['GET', '/v1/journeys', 'read'],
    ['GET', '/v1/outcomes', 'read'],
    ['GET', '/v1/models', 'read'],
    ['POST', '/v1/models/rollback', 'review'],
    ['POST', '/v1/models/0/promote', 'review'],
    ['POST', '/v1/training-runs', 'admin'],
  ];
  const call = (method: string, path: string, key: string | null): Promise<Answer> =>
    api.request(method, path, method === 'GET' ? undefined : '{}', { key });

  it('are asked for, known, and have the scope that an operation needs', async () => {
    const scopes = ['ingest', 'backfill', 'read', 'label', 'review'] as const;
    const keys = new Map<string, string>();
    for (const scope of scopes) keys.set(scope, await api.keyOf(scope));
    for (const [method, path, needed] of routes) {
      const nobody = await call(method, path, null);
      expectProblem(nobody, 401, 'unauthenticated', path);
      expect(nobody.headers.get('www-authenticate')).toMatch(/^Bearer/);
      expectProblem(await call(method, path, 'wrong'), 401, 'unauthenticated', path);
      for (const [scope, key] of keys) {
        const answer = await call(method, path, key);
        if (scope === needed)
          expect([path, [401, 403].includes(answer.status)]).toEqual([path, false]);
        else expectProblem(answer, 403, 'missing-scope', path);
      }
    }
  });

  it('come as Bearer alone', async () => {
    const key = await api.keyOf('read');
    const ask = (authorization: string): Promise<Answer> =>
      api.get('/v1/journeys', { key: null, headers: { authorization } });
    expect((await ask(`bearer ${key}`)).status).toBe(200);
    for (const header of [key, `Basic ${key}`, 'Bearer', 'Bearer ', `Bearer ${key} x`]) {
      expect((await ask(header)).status).toBe(401);
    }
  });

  it('are not kept as they are', async () => {
    const key = await api.keyOf('read');
    const rows = JSON.stringify(await api.source.query('SELECT * FROM api_key'));
    expect(rows).not.toContain(key);
    const hex = Buffer.from(key).toString('hex');
    expect(rows).not.toContain(hex);
  });

  it('of an admin open everything', async () => {
    const key = await api.keyOf('admin');
    for (const [method, path] of routes.filter(([method]) => method === 'GET')) {
      expect((await call(method, path, key)).status).toBe(200);
    }
  });
});

describe('requests that may be sent again', () => {
  const send = (key: string, body: unknown, path = '/v1/changes'): Promise<Answer> =>
    api.post(path, body, { headers: { 'idempotency-key': key } });

  it('are answered from memory: the same key with the same body', async () => {
    const key = anId('key');
    const body = [aChange(), { id: 'bad' }];
    const first = await send(key, body);
    expect(first).toMatchObject({ status: 207, body: { accepted: 1, duplicates: 0 } });
    const again = await send(key, body);
    expect([again.status, again.body]).toEqual([207, first.body]);
    const other = await send(anId('key'), body);
    expect(other.body).toMatchObject({ accepted: 0, duplicates: 1 });
    const anomaly = [anAnomaly()];
    const scored = await send(`${key}-scored`, anomaly, '/v1/anomalies');
    const repeated = await send(`${key}-scored`, anomaly, '/v1/anomalies');
    expect([repeated.status, repeated.body]).toEqual([scored.status, scored.body]);
  });

  it('are refused where the key comes with another body, or for another thing', async () => {
    const key = anId('key');
    const body = [aChange()];
    await send(key, body);
    expectProblem(await send(key, [aChange()]), 422, 'idempotency-key-reused', '/v1/changes');
    expectProblem(await send(key, body, '/v1/events'), 422, 'idempotency-key-reused', '/v1/events');
    const stranger = { key: await api.keyOf('ingest'), headers: { 'idempotency-key': key } };
    expect((await api.post('/v1/changes', [aChange()], stranger)).status).toBe(200);
  });

  it('are held off while the first is under way', async () => {
    const key = anId('key');
    const blocker = api.source.createQueryRunner();
    await blocker.startTransaction();
    await blocker.query('LOCK TABLE change IN ACCESS EXCLUSIVE MODE');
    const body = [aChange()];
    const first = send(key, body);
    const claimed = async (): Promise<boolean> =>
      (
        await api.source.query<Json[]>(`SELECT 1 FROM idempotency_key WHERE key LIKE '%' || $1`, [
          key,
        ])
      ).length > 0;
    while (!(await claimed())) await new Promise((resolve) => setTimeout(resolve, 10));
    expectProblem(await send(key, body), 409, 'request-in-flight', '/v1/changes');
    await blocker.commitTransaction();
    await blocker.release();
    expect((await first).status).toBe(200);
    expect(await send(key, body)).toMatchObject({ status: 200, body: { accepted: 1 } });
  });

  it('may be sent again with their key where they failed', async () => {
    const key = anId('key');
    const body = aJourney({ key: 'again', window: '0s' });
    expect((await send(key, body, '/v1/journeys')).status).toBe(422);
    const mended = aJourney({ key: 'again' });
    expect((await send(key, mended, '/v1/journeys')).status).toBe(201);
    expect((await send(key, mended, '/v1/journeys')).status).toBe(201);
    const journeys = (await api.get('/v1/journeys/again')).body;
    expect(journeys['versions']).toEqual([1]);
  });

  it('have a key that can be kept', async () => {
    const long = await send('k'.repeat(301), [aChange()]);
    expectProblem(long, 400, 'bad-idempotency-key', '/v1/changes');
    expect((await send('k'.repeat(300), [aChange()])).status).toBe(200);
  });
});

describe('errors of the framework', () => {
  it('are problems like all others', async () => {
    expectProblem(await api.get('/v1/nothing'), 404, 'not-found', '/v1/nothing');
    expectProblem(await api.get('/v1/nothing?a=b'), 404, 'not-found', '/v1/nothing?a=b');
    const bad = await api.request('POST', '/v1/changes', '{"a":');
    expectProblem(bad, 400, 'malformed-json', '/v1/changes');
    const empty = await api.request('POST', '/v1/changes', '');
    expectProblem(empty, 400, 'empty-body', '/v1/changes');
    const proto = await api.request('POST', '/v1/changes', '[{"__proto__": {"admin": true}}]');
    expect([400, 422]).toContain(proto.status);
    expect(proto.headers.get('content-type')).toContain('application/problem+json');
  });

  it('say which methods a path has', async () => {
    for (const [method, path, allowed] of [
      ['DELETE', '/v1/journeys', 'GET, HEAD, POST'],
      ['GET', '/v1/events', 'POST'],
      ['POST', '/v1/anomalies/x', 'GET, HEAD'],
      ['POST', '/livez', 'GET, HEAD'],
    ] as const) {
      const answer = await api.request(method, path, undefined);
      expectProblem(answer, 405, 'method-not-allowed', path);
      expect(answer.headers.get('allow')).toBe(allowed);
    }
  });

  it('do not come from paths and headers that make no sense', async () => {
    const raw = (request: string): Promise<string> =>
      new Promise((resolve, reject) => {
        const { hostname, port } = new URL(api.url);
        const socket = connect(Number(port), hostname, () => socket.write(request));
        let text = '';
        socket.on('data', (chunk) => (text += chunk.toString()));
        socket.on('end', () => {
          resolve(text);
        });
        socket.on('error', reject);
      });
    const close = 'Host: x\r\nConnection: close\r\n\r\n';
    expect(await raw(`GET /v1/journeys/%FF HTTP/1.1\r\n${close}`)).toMatch(/^HTTP\/1.1 400/);
    expect(await raw(`GET /%00 HTTP/1.1\r\n${close}`)).toMatch(/^HTTP\/1.1 404/);
    expect(await raw(`GET /../../etc/passwd HTTP/1.1\r\n${close}`)).toMatch(/^HTTP\/1.1 40[04]/);
    const length = 'Content-Type: application/json\r\nContent-Length:';
    for (const [request, status, code] of [
      ['nonsense\r\n\r\n', 400, 'bad-request'],
      [`GET /v1/journeys/%FF HTTP/1.1\r\n${close}`, 400, 'bad-request'],
      [`POST /v1/events HTTP/1.1\r\n${length} zz\r\n${close}`, 400, 'bad-request'],
      [`GET /v1/journeys/${'x'.repeat(4_000)} HTTP/1.1\r\n${close}`, 414, 'path-too-long'],
      [`GET / HTTP/1.1\r\nX: ${'x'.repeat(20_000)}\r\n${close}`, 431, 'headers-too-large'],
      [
        `POST /v1/events HTTP/1.1\r\nExpect: x\r\n${length} 0\r\n${close}`,
        417,
        'expectation-failed',
      ],
    ] as const) {
      const answer = await raw(request);
      const type = `https://throughline.dev/problems/${code}`;
      expect(answer).toMatch(new RegExp(`^HTTP/1.1 ${status}`));
      expect(answer.toLowerCase()).toContain('content-type: application/problem+json');
      expect(JSON.parse(/\{"type".*\}/s.exec(answer)?.[0] ?? '')).toMatchObject({ type, status });
    }
    expect((await api.get('/livez')).status).toBe(200);
  });

  it('tell nothing of what happened inside', async () => {
    await api.source.query('ALTER TABLE champion RENAME TO champion_away');
    const answer = await api.get('/v1/models');
    await api.source.query('ALTER TABLE champion_away RENAME TO champion');
    expectProblem(answer, 500, 'internal', '/v1/models');
    expect(answer.text).not.toMatch(/champion|relation|select/i);
  });
});

describe('operations', () => {
  it('answer without a key', async () => {
    for (const path of ['/livez', '/readyz']) {
      expect(await api.get(path, { key: null })).toMatchObject({
        status: 200,
        body: { status: 'ok' },
      });
    }
    await api.get('/v1/journeys/checkout');
    const metrics = await api.get('/metrics', { key: null });
    expect(metrics.headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/);
    expect(metrics.text).toMatch(
      /throughline_http_request_seconds_count\{method="GET",route="\/v1\/journeys\/:key",status="200"\} [1-9]/,
    );
    // A path that nobody serves must not make a series of its own.
    await api.get('/v1/anything/at/all');
    expect((await api.get('/metrics')).text).not.toContain('anything');
  });

  it('shed what is too much at once, and go on', async () => {
    const blocker = api.source.createQueryRunner();
    await blocker.startTransaction();
    await blocker.query('LOCK TABLE event_batch IN ACCESS EXCLUSIVE MODE');
    const sent = Array.from({ length: 70 }, () => api.post('/v1/events', [anEvent()]));
    const shed: Answer[] = [];
    await new Promise<void>((resolve) => {
      for (const one of sent) {
        void one.then((answer) => {
          shed.push(answer);
          if (shed.length === 6) resolve();
        });
      }
    });
    for (const answer of shed) {
      expectProblem(answer, 503, 'overloaded', '/v1/events');
      expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
    }
    expect((await api.get('/livez')).status).toBe(200);
    await blocker.commitTransaction();
    await blocker.release();
    const statuses = (await Promise.all(sent)).map(({ status }) => status);
    expect(statuses.filter((status) => status === 200)).toHaveLength(64);
    expect((await api.post('/v1/events', [anEvent()])).status).toBe(200);
  });

  it('are not held up by senders who hang up', async () => {
    const { hostname, port } = new URL(api.url);
    const key = await api.keyOf('ingest');
    const head = `POST /v1/events HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${key}\r\nContent-Length: 9999\r\n`;
    for (let i = 0; i < 100; i += 1) {
      const type = i % 2 === 0 ? 'application/json' : 'application/x-ndjson';
      await new Promise<void>((resolve) => {
        const socket = connect(Number(port), hostname, () => {
          socket.write(`${head}Content-Type: ${type}\r\n\r\n[{"actor":`, () => {
            setTimeout(() => {
              socket.destroy();
              resolve();
            }, 2);
          });
        });
      });
    }
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => api.post('/v1/events', [anEvent()])),
    );
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
  });
});

describe('queries', () => {
  it('are refused by the name of what an operation does not have', async () => {
    const paths = [
      ['GET', '/v1/models?foo=1'],
      ['GET', '/v1/models/0?foo=1'],
      ['GET', '/v1/journeys?foo=1'],
      ['GET', '/v1/journeys/checkout?foo=1'],
      ['GET', '/v1/rules?foo=1'],
      ['GET', '/v1/incidents?foo=1'],
      ['GET', '/v1/training-runs?foo=1'],
      ['GET', '/v1/training-runs/x?foo=1'],
      ['GET', '/v1/threshold-suggestions/x?foo=1'],
      ['POST', '/v1/backfill/end?foo=1'],
    ] as const;
    for (const [method, path] of paths) {
      const answer = await api.request(method, path, undefined);
      expectProblem(answer, 400, 'invalid-query', path);
      expect(answer.body['errors']).toEqual([
        { pointer: '/foo', code: 'unknown-key', detail: 'foo is not a field of this query' },
      ]);
    }
    expectProblem(
      await api.get('/v1/models?foo=1', { key: null }),
      401,
      'unauthenticated',
      '/v1/models?foo=1',
    );
  });

  it('may hold anything where others write the URL: probes, scrapes and webhooks', async () => {
    for (const path of ['/livez?x=1', '/readyz?x=1', '/metrics?x=1']) {
      expect([path, (await api.get(path, { key: null })).status]).toEqual([path, 200]);
    }
    const alerts = { version: '4', alerts: [] };
    const told = await api.post('/v1/ingest/alertmanager/x?team=shop', alerts);
    expect(told.status).toBe(202);
  });
});

describe('openapi.json', () => {
  interface Operation {
    readonly parameters?: readonly Body[];
    readonly requestBody?: unknown;
    readonly responses: Readonly<Record<string, unknown>>;
    readonly security?: unknown;
  }
  interface Document {
    readonly openapi: string;
    readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
    readonly components: { readonly schemas: Readonly<Record<string, unknown>> };
  }
  let document: Document;

  beforeAll(async () => {
    const answer = await api.get('/openapi.json', { key: null });
    expect(answer.status).toBe(200);
    document = JSON.parse(answer.text) as Document;
  });

  it('is OpenAPI 3.1 and holds the contract of the first loop', () => {
    expect(document.openapi).toMatch(/^3\.1\./);
    expect(Object.keys(document.paths)).toEqual(
      expect.arrayContaining([
        '/v1/journeys',
        '/v1/journeys/{key}',
        '/v1/journeys/{key}/metrics',
        '/v1/journeys/{key}/funnel',
        '/v1/events',
        '/v1/stage-metrics',
        '/v1/anomalies',
        '/v1/anomalies/{id}',
        '/v1/anomalies/{id}/stories',
        '/v1/ingest/alertmanager/{source}',
        '/v1/predictions',
        '/v1/incidents',
        '/v1/incidents/{id}/anomalies',
        '/v1/changes',
        '/v1/outcomes',
        '/v1/retrospectives',
        '/v1/training-runs',
        '/v1/models',
        '/livez',
        '/readyz',
        '/metrics',
      ]),
    );
  });

  // Each answer of each of these tests is held to the document: see test/builders/declared-answers.ts.
  it('says what is answered, files and refusals too', async () => {
    const run = await api.post('/v1/training-runs', { asOf: '2026-01-01T00:00:00Z' });
    expect(run.status).toBe(202);
    const [key, id] = ['/v1/journeys/checkout', String(run.body['id'])];
    const plain = Object.entries(document.paths)
      .filter(([path, operations]) => !path.includes('{') && 'get' in operations)
      .map(([path]) => path);
    const answers = new Map<string, Answer>();
    for (const path of [
      ...plain,
      `/v1/training-runs/${id}`,
      ...['metrics', 'funnel', 'time-to-value'].map((name) => `${key}/${name}`),
      ...['csv', 'parquet'].map((format) => `${key}/funnel?format=${format}`),
      '/v1/outcomes?format=ndjson',
      '/v1/outcomes/missed?journey=checkout',
      '/v1/models/0',
      '/v1/models/0/card',
      '/v1/models/0/card?format=html',
      '/v1/models/0/shadow',
      '/v1/reports/performance?format=html',
    ]) {
      answers.set(path, await api.get(path));
    }
    const refused = [...answers].filter(([, { status }]) => status !== 200);
    // A journey must be named there.
    expect(refused.map(([path]) => path)).toEqual(['/v1/outcomes/missed']);
    const content = (path: string): Body =>
      (document.paths[path]?.['get']?.responses['200'] as { content: Body }).content;
    expect(content('/metrics')).toEqual({ 'text/plain': { schema: { type: 'string' } } });
    expect(Object.keys(content('/v1/outcomes'))).toEqual([
      'application/json',
      'application/x-ndjson',
    ]);
    expect(content('/v1/models/{version}/card')).toMatchObject({
      'text/html': { schema: { type: 'string' } },
    });
  });

  it('refers to nothing that it does not hold', () => {
    const references = [...JSON.stringify(document).matchAll(/"\$ref":"([^"]+)"/g)].map(
      ([, to]) => to,
    );
    expect(references.length).toBeGreaterThan(0);
    for (const reference of references) {
      const name = /^#\/components\/schemas\/([\w.-]+)$/.exec(reference ?? '')?.[1] ?? '';
      expect([reference, name in document.components.schemas]).toEqual([reference, true]);
    }
  });

  it('documents only what answers', async () => {
    for (const [path, methods] of Object.entries(document.paths)) {
      for (const method of Object.keys(methods)) {
        const real = path.replace('{key}', 'checkout').replace(/\{\w+\}/g, 'x');
        const body = method === 'get' ? undefined : '{}';
        const answer = await api.request(method.toUpperCase(), real, body, { key: null });
        const isOpen = ['/livez', '/readyz', '/metrics'].includes(path);
        expect([method, path, answer.status]).toEqual([method, path, isOpen ? 200 : 401]);
      }
    }
  });

  it('has a page', async () => {
    const page = await api.get('/docs', { key: null });
    expect([page.status, page.headers.get('content-type')]).toEqual([
      200,
      expect.stringContaining('text/html'),
    ]);
  });
});
