import { once } from 'node:events';
import type { AddressInfo, Socket } from 'node:net';
import { connect, createServer } from 'node:net';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import type { Body } from '../../builders/bodies.js';
import { aJourney, anEvent, anId, minutesAgo } from '../../builders/bodies.js';
import { type Answer, type Json, RunningApi } from '../../builders/running-api.js';

const PATH = '/v1/ingest/alertmanager/prom-eu';

/** An alert as Alertmanager 0.28 sends it. */
function anAlert(overrides: Body = {}): Body {
  return {
    status: 'firing',
    labels: { alertname: 'PaymentErrors', service: 'payment', severity: 'critical' },
    annotations: { summary: 'payments fail', value: '0.31', threshold: '0.05', comparison: '>' },
    startsAt: minutesAgo(5),
    endsAt: '0001-01-01T00:00:00Z',
    generatorURL: 'http://prometheus/graph',
    fingerprint: anId('fp'),
    ...overrides,
  };
}

function aNotification(alerts: readonly unknown[], overrides: Body = {}): Body {
  return {
    version: '4',
    groupKey: '{}:{alertname="PaymentErrors"}',
    truncatedAlerts: 0,
    status: 'firing',
    receiver: 'throughline',
    groupLabels: { alertname: 'PaymentErrors' },
    commonLabels: {},
    commonAnnotations: {},
    externalURL: 'http://alertmanager',
    notification_reason: 'a key of the future',
    alerts,
    ...overrides,
  };
}

const queue = async (api: RunningApi): Promise<readonly Json[]> =>
  (await api.get('/v1/anomalies?sort=-startedAt&limit=500')).body['items'] as Json[];

describe('notifications of Alertmanager', () => {
  let api: RunningApi;

  beforeAll(async () => {
    api = await RunningApi.start();
    await api.post('/v1/journeys', aJourney());
  });
  afterAll(() => api.stop());

  const notify = (body: unknown, path = PATH): Promise<Answer> => api.post(path, body);
  const firing = async (fingerprint: unknown): Promise<readonly Json[]> =>
    (await queue(api)).filter((item) => item['fingerprint'] === fingerprint);

  it('keep what began at a time that can be, and tell of what cannot, in the order of the alerts', async () => {
    const [good, later] = [anAlert(), anAlert()];
    const answer = await notify(
      aNotification([
        anAlert({ startsAt: '2099-01-01T00:00:00Z' }),
        good,
        anAlert({ startsAt: '0001-01-01T00:00:00Z' }),
        anAlert({ status: 'resolved', endsAt: minutesAgo(-600) }),
        anAlert({ fingerprint: '' }),
        later,
      ]),
    );
    expect(answer).toMatchObject({ status: 202, body: { accepted: 2 } });
    const rejected = answer.body['rejected'] as Json[];
    expect(rejected.map(({ index, code, pointer }) => [index, code, pointer])).toEqual([
      [0, 'future-time', '/alerts/0/startsAt'],
      [2, 'too-old', '/alerts/2/startsAt'],
      [3, 'future-time', '/alerts/3/endsAt'],
      [4, 'invalid', '/alerts/4/fingerprint'],
    ]);
    for (const { fingerprint } of [good, later] as Json[]) {
      expect(await firing(fingerprint)).toHaveLength(1);
    }
  });

  it('become anomalies with predictions', async () => {
    const alert = anAlert();
    const answer = await notify(aNotification([alert]));
    expect(answer).toMatchObject({
      status: 202,
      body: { accepted: 1, rejected: [], truncated: 0 },
    });
    expect(await firing(alert['fingerprint'])).toMatchObject([
      {
        source: 'prom-eu',
        name: 'PaymentErrors',
        severity: 'critical',
        value: 0.31,
        threshold: 0.05,
        state: 'open',
        repeats: 0,
        predictions: [{ journey: 'checkout', stage: 'payment' }],
      },
    ]);
  });

  it('are repeated without effect, and end what they began', async () => {
    const alert = anAlert();
    for (let times = 0; times < 3; times += 1) {
      expect((await notify(aNotification([alert]))).status).toBe(202);
    }
    const [open] = await firing(alert['fingerprint']);
    expect(open).toMatchObject({ state: 'open', repeats: 0 });
    const endsAt = minutesAgo(1);
    const resolved = { ...alert, status: 'resolved', endsAt };
    await notify(aNotification([resolved], { status: 'resolved' }));
    await notify(aNotification([resolved], { status: 'resolved' }));
    const after = await firing(alert['fingerprint']);
    expect(after).toMatchObject([
      { id: open?.['id'], state: 'ended', endedAt: endsAt, repeats: 0 },
    ]);
    const count = 'SELECT count(*)::int AS n FROM prediction WHERE anomaly_id = $1';
    expect(await api.source.query(count, [open?.['id']])).toEqual([{ n: 1 }]);
  });

  it('keep every good alert and tell the bad ones by their place', async () => {
    const [one, two] = [anAlert(), anAlert()];
    const answer = await notify(
      aNotification(
        [
          one,
          anAlert({ startsAt: 'yesterday' }),
          anAlert({ labels: { alertname: 'a\0b' } }),
          anAlert({ labels: { 'a\0b': 'payment' } }),
          anAlert({ status: 'resolved', endsAt: '0001-01-01T00:00:00Z' }),
          null,
          two,
        ],
        { truncatedAlerts: 3 },
      ),
    );
    expect(answer).toMatchObject({ status: 202, body: { accepted: 2, truncated: 3 } });
    const rejected = answer.body['rejected'] as Json[];
    expect(rejected.map(({ index }) => index)).toEqual([1, 2, 3, 4, 5]);
    expect(rejected[0]).toMatchObject({ pointer: '/alerts/1/startsAt' });
    for (const { fingerprint } of [one, two]) expect(await firing(fingerprint)).toHaveLength(1);
  });

  it('with texts of any length are kept', async () => {
    const long = Array.from({ length: 6000 }, (_, i) => i.toString(36)).join('');
    const alert = anAlert({ labels: { alertname: long, service: long, pod: long } });
    const answer = await notify(aNotification([alert, anAlert({ fingerprint: long })]));
    expect(answer.status).toBe(202);
    expect(answer.body['accepted']).toBeGreaterThanOrEqual(1);
    expect(await firing(alert['fingerprint'])).toHaveLength(1);
  });

  it('of two Alertmanagers about one alert are told apart or told to be in conflict', async () => {
    const alert = anAlert();
    await notify(aNotification([alert]));
    const other = await notify(aNotification([alert]), '/v1/ingest/alertmanager/prom-us');
    expect(other.status).toBe(202);
    const kept = (await firing(alert['fingerprint'])).length;
    const rejected = (other.body['rejected'] as Json[]).length;
    expect([kept + rejected, other.body['accepted']]).toEqual([2, 1 - rejected]);
  });

  it('are never answered with a 4xx where they are JSON: Alertmanager would drop them', async () => {
    for (const body of [{}, [], null, 5, 'text', { alerts: 'none' }, { alerts: [] }, [anAlert()]]) {
      const answer = await notify(body);
      expect([body, answer.status, answer.body['accepted']]).toEqual([body, 202, 0]);
    }
    const far = anAlert({ startsAt: '2999-01-01T00:00:00Z' });
    expect(
      (await notify(aNotification([far, anAlert({ startsAt: '0001-01-01T00:00:00Z' })]))).status,
    ).toBe(202);
    const offset = anAlert({ startsAt: '2025-01-01T01:02:03.123456789+05:30' });
    expect((await notify(aNotification([offset]))).body).toMatchObject({ accepted: 1 });
  });

  it('are answered with problems where they are not even JSON, or come from nobody', async () => {
    const bad = await api.request('POST', PATH, '{"alerts": [');
    expect([bad.status, bad.body['type']]).toEqual([400, expect.stringMatching(/malformed-json$/)]);
    expect((await api.post(PATH, aNotification([]), { key: null })).status).toBe(401);
    const key = await api.keyOf('read');
    expect((await api.post(PATH, aNotification([]), { key })).status).toBe(403);
    expect((await notify(aNotification([]), '/v1/ingest/nagios/x')).status).toBe(404);
    expect((await notify(aNotification([]), '/v1/ingest/alertmanager/a%00b')).status).toBe(404);
  });
});

/** A way to the database that can be cut. */
class Cable {
  private readonly ends = new Set<Socket>();
  private isCut = false;
  private readonly server = createServer((near) => {
    const far = connect(Number(this.target.port), this.target.hostname);
    for (const [end, other] of [
      [near, far],
      [far, near],
    ] as const) {
      this.ends.add(end);
      end.on('error', () => other.destroy());
      end.on('close', () => {
        this.ends.delete(end);
        other.destroy();
      });
      end.pipe(other);
    }
    if (this.isCut) near.resetAndDestroy();
  });
  private readonly target = new URL(process.env['THROUGHLINE_TEST_DATABASE_URL'] ?? '');

  async open(): Promise<void> {
    this.server.listen(0, '127.0.0.1');
    await once(this.server, 'listening');
  }

  through(url: string): string {
    const near = new URL(url);
    near.port = String((this.server.address() as AddressInfo).port);
    return near.href;
  }

  /** By a reset, or quietly, as when the server's process is gone. */
  cut(how: 'reset' | 'quietly'): void {
    this.isCut = true;
    for (const end of this.ends) {
      if (how === 'reset') end.resetAndDestroy();
      else end.destroy();
    }
  }

  mend(): void {
    this.isCut = false;
  }

  close(): void {
    this.server.close();
  }
}

describe('while the database is away', () => {
  const cable = new Cable();
  let api: RunningApi;

  beforeAll(async () => {
    await cable.open();
    api = await RunningApi.start((url) => cable.through(url));
    await api.post('/v1/journeys', aJourney());
  });
  afterAll(async () => {
    cable.mend();
    await api.stop();
    cable.close();
  });

  it('senders are asked to come back, and are served when it is there again', async () => {
    const body = aNotification([anAlert()]);
    expect((await api.post(PATH, aNotification([anAlert()]))).status).toBe(202);
    cable.cut('quietly');
    const sends: readonly (() => Promise<Answer>)[] = [
      () => api.post(PATH, body),
      () => api.post('/v1/events', [anEvent()]),
      () => api.get('/v1/anomalies'),
      () => api.get('/readyz'),
    ];
    for (let round = 0; round < 2; round += 1) {
      for (const send of sends) {
        const answer = await send();
        expect(answer.status).toBe(503);
        expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
        expect(answer.headers.get('content-type')).toContain('application/problem+json');
      }
    }
    expect((await api.get('/livez')).status).toBe(200);
    cable.mend();
    expect(await api.post(PATH, body)).toMatchObject({ status: 202, body: { accepted: 1 } });
    expect((await api.get('/readyz')).status).toBe(200);
    expect(await queue(api)).toHaveLength(2);
  });

  it.each(['reset', 'quietly'] as const)(
    'a request under way is answered with 503 (%s)',
    async (how) => {
      await api.post('/v1/events', [anEvent()]);
      const blocker = api.source.createQueryRunner();
      await blocker.startTransaction();
      await blocker.query('LOCK TABLE event_batch IN ACCESS EXCLUSIVE MODE');
      const answer = api.post('/v1/events', [anEvent()]);
      const waiting = async (): Promise<boolean> => {
        const sql = `SELECT 1 FROM pg_locks WHERE NOT granted`;
        const found: unknown = await blocker.query(sql);
        return Array.isArray(found) && found.length > 0;
      };
      while (!(await waiting())) await new Promise((resolve) => setTimeout(resolve, 20));
      cable.cut(how);
      expect((await answer).status).toBe(503);
      cable.mend();
      await blocker.release();
      expect((await api.post('/v1/events', [anEvent()])).status).toBe(200);
    },
  );
});
