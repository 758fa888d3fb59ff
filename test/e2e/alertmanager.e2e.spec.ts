import { mkdtemp, rm } from 'node:fs/promises';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { anomaliesOfAlertmanager } from '../../src/connectors/alertmanager/anomalies-of-alertmanager.js';
import {
  Companion,
  freePort,
  hasMonitoringStack,
  listen,
  MonitoringStack,
  until,
} from './monitoring-stack.js';

// Takes about a minute and two foreign programs: only on request.
const wanted = process.env['THROUGHLINE_E2E'] === '1' && hasMonitoringStack;

const KEY = 'test-key-of-the-end-to-end-test';
const WEBHOOK = '/v1/ingest/alertmanager/prom-test';

/** A gate before the service that can answer 503 in its place, as a load balancer would. */
class Gate {
  open = true;
  /** Every notification that came, with what it was answered. */
  readonly seen: { body: unknown; authorization: string | undefined; status: number }[] = [];
  private readonly server: Server;
  private readonly forward: (body: string, request: IncomingMessage) => Promise<number>;

  constructor(forward: (body: string, request: IncomingMessage) => Promise<number>) {
    this.forward = forward;
    this.server = createServer((request, response) => {
      void this.handle(request, response);
    });
  }

  start(): Promise<number> {
    return listen(this.server);
  }

  stop(): void {
    this.server.closeAllConnections();
    this.server.close();
  }

  answered(status: number): unknown[] {
    return this.seen.filter((one) => one.status === status).map(({ body }) => body);
  }

  private async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let text = '';
    for await (const chunk of request) text += String(chunk);
    const status = this.open ? await this.forward(text, request).catch(() => 502) : 503;
    const { authorization } = request.headers;
    this.seen.push({ body: JSON.parse(text) as unknown, authorization, status });
    response.writeHead(status).end();
  }
}

(wanted ? describe : describe.skip)('what Alertmanager really sends', () => {
  const stack = new MonitoringStack();
  const gate = new Gate(() => Promise.resolve(202));

  beforeAll(async () => {
    const port = await gate.start();
    await stack.start({ url: `http://127.0.0.1:${port}${WEBHOOK}`, key: KEY });
  }, 120_000);

  afterAll(async () => {
    await stack.stop();
    gate.stop();
  });

  it('is read as one anomaly that begins and ends, though the receiver was down', async () => {
    gate.open = false;
    stack.ratio = 0.31;
    await until('a refused notification', () => Promise.resolve(gate.answered(503)[0]));
    gate.open = true;
    const firing = await until('the retry', () => Promise.resolve(gate.answered(202)[0]));
    const { anomalies, rejected, truncated } = anomaliesOfAlertmanager(firing, 'prom-test');
    expect({ rejected, truncated }).toEqual({ rejected: [], truncated: 0 });
    expect(anomalies).toMatchObject([
      {
        source: 'prom-test',
        name: 'PaymentErrors',
        severity: 'critical',
        value: 0.31,
        threshold: 0.05,
        comparison: '>',
        labels: { service: 'payment', job: 'shop' },
      },
    ]);
    expect(anomalies[0]).not.toHaveProperty('endedAt');
    expect(gate.seen[0]?.authorization).toBe(`Bearer ${KEY}`);

    stack.ratio = 0.01;
    const ended = await until('the end', () =>
      Promise.resolve(
        gate
          .answered(202)
          .flatMap((body) => anomaliesOfAlertmanager(body, 'prom-test').anomalies)
          .find(({ endedAt }) => endedAt !== undefined),
      ),
    );
    expect(ended.id).toBe(anomalies[0]?.id);
    expect(ended.endedAt).toBeGreaterThan(ended.startedAt);
  }, 120_000);
});

type Item = Readonly<Record<string, unknown>>;

(wanted ? describe : describe.skip)('Prometheus to prediction', () => {
  const stack = new MonitoringStack();
  let service: Companion;
  let url = '';
  let folder = '';

  const call = async (method: string, path: string, body?: unknown): Promise<Item> => {
    const response = await fetch(`${url}${path}`, {
      method,
      headers: { authorization: `Bearer ${KEY}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    if (!response.ok) throw new Error(`${method} ${path}: ${await response.text()}`);
    return (await response.json()) as Item;
  };

  const gate = new Gate(async (body, request) => {
    const headers = {
      'content-type': 'application/json',
      authorization: request.headers.authorization ?? '',
    };
    return (await fetch(`${url}${WEBHOOK}`, { method: 'POST', headers, body })).status;
  });

  /** The queue's items of our alert. */
  const queued = async (): Promise<Item[]> => {
    const { items } = await call('GET', '/v1/anomalies?limit=100');
    return Array.isArray(items) ? (items as Item[]) : [];
  };

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'throughline-e2e-'));
    const port = await freePort();
    url = `http://127.0.0.1:${port}`;
    service = new Companion(process.execPath, ['bin/throughline.js', 'start'], {
      ...process.env,
      PORT: String(port),
      HOST: '127.0.0.1',
      THROUGHLINE_DATA_DIR: folder,
      THROUGHLINE_API_KEY: KEY,
      DATABASE_URL: '',
      REDIS_URL: '',
    });
    await service.ready(`${url}/readyz`, 120_000);
    await call('POST', '/v1/journeys', {
      key: 'checkout',
      name: 'Checkout',
      owner: 'shop',
      window: '30m',
      stages: [
        { key: 'cart', event: 'cart', weight: 0.5 },
        {
          key: 'payment',
          event: 'pay',
          weight: 0.9,
          mappings: [{ match: ['service="payment"'], relevance: 1 }],
        },
      ],
    });
    const gatePort = await gate.start();
    await stack.start({ url: `http://127.0.0.1:${gatePort}${WEBHOOK}`, key: KEY });
  }, 240_000);

  afterAll(async () => {
    await stack.stop();
    gate.stop();
    await service.stop();
    await rm(folder, { recursive: true, force: true });
  }, 60_000);

  it('scores an alert, loses none while the service is down, and sees it end', async () => {
    gate.open = false;
    stack.ratio = 0.31;
    await until('a refused notification', () => Promise.resolve(gate.answered(503)[0]));
    expect(await queued()).toEqual([]);
    gate.open = true;
    const item = await until('the anomaly in the queue', async () => (await queued())[0]);
    expect(JSON.stringify(item)).toContain('PaymentErrors');
    const id = String((item['anomaly'] as Item | undefined)?.['id'] ?? item['id']);
    const scored = JSON.stringify(await call('GET', `/v1/anomalies/${encodeURIComponent(id)}`));
    expect(scored).toMatch(/"journey":"checkout"/);
    expect(scored).toMatch(/"probability":0\.\d+/);
    expect(scored).not.toMatch(/"endedAt":"/);

    stack.ratio = 0.01;
    await until('its end', async () => {
      const now = JSON.stringify(await call('GET', `/v1/anomalies/${encodeURIComponent(id)}`));
      return /"endedAt":"\d{4}-/.test(now) ? true : undefined;
    });
    expect(gate.seen.every(({ status }) => status === 202 || status === 503)).toBe(true);
  }, 180_000);
});
