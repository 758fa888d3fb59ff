import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { AddressGuard } from '../../src/connectors/prometheus/address-guard.js';
import { queryRange } from '../../src/connectors/prometheus/range-query.js';
import { seededRandom } from '../../src/core/statistics/random.js';
import type { Outcome } from '../../src/core/outcomes/outcome.js';
import { HOUR, SECOND } from '../../src/core/telemetry/time.js';
import { makeSuggestion } from '../../src/loop/suggest-threshold.js';
import { queueConnection } from '../../src/queue/connection.js';
import type { JobHandlers } from '../../src/queue/job.js';
import type { JobWorker } from '../../src/queue/job-worker.js';
import { startWorker } from '../../src/queue/job-worker.js';
import { appendOutcome } from '../../src/storage/outcome.store.js';
import { aJourney } from '../builders/bodies.js';
import { RunningApi } from '../builders/running-api.js';
import { Companion, freePort, programOf } from './monitoring-stack.js';

// Prometheus and promtool are foreign programs: only on request.
const [prometheus, promtool] = [programOf('prometheus'), programOf('promtool')];
const isHere = prometheus !== undefined && promtool !== undefined;
const wanted = process.env['THROUGHLINE_E2E'] === '1' && isHere;

const GUARD = new AddressGuard();
const STEP = 15 * SECOND;
const SAMPLES = 24_000;
const FROM = Math.floor(Date.now() / STEP) * STEP - SAMPLES * STEP - HOUR;
const TO = FROM + (SAMPLES - 1) * STEP;

const random = seededRandom(3);
/** 100 hours: a harmless bump each hour, a failure's every fourth. */
const values = Array.from({ length: SAMPLES }, (_, i) => {
  const [hour, within] = [Math.floor(i / 240), i % 240];
  return (within < 20 ? (hour % 4 === 3 ? 5 : 2) : 0) + random();
});

const RULES = `groups:
  - name: shop
    rules:
      - { alert: PaymentErrors, expr: error_ratio > 1.5, for: 30s, labels: { severity: page } }
      - { alert: Gone, expr: absent(error_ratio) }
`;

(wanted ? describe : describe.skip)('a real Prometheus', () => {
  let folder = '';
  let url = '';
  let server: Companion;
  let api: RunningApi;
  let worker: JobWorker;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'throughline-prometheus-'));
    const file = (name: string): string => join(folder, name);
    const lines = values.map((v, i) => `error_ratio{pod="a"} ${v} ${(FROM + i * STEP) / 1000}`);
    const metrics = ['# TYPE error_ratio gauge', ...lines, '# EOF', ''].join('\n');
    await writeFile(file('metrics.txt'), metrics);
    await writeFile(file('rules.yml'), RULES);
    await writeFile(file('prometheus.yml'), 'rule_files: [rules.yml]\n');
    const create = ['tsdb', 'create-blocks-from', 'openmetrics', file('metrics.txt'), file('data')];
    await promisify(execFile)(promtool ?? '', create);
    const port = await freePort();
    url = `http://127.0.0.1:${port}`;
    server = new Companion(prometheus ?? '', [
      `--config.file=${file('prometheus.yml')}`,
      `--storage.tsdb.path=${file('data')}`,
      `--web.listen-address=127.0.0.1:${port}`,
    ]);
    await server.ready(`${url}/-/ready`);
    api = await RunningApi.start();
    const handlers = {
      'suggest-threshold': ({ suggestionId }: { suggestionId: string }) =>
        makeSuggestion(api.source, suggestionId, {
          now: Date.now(),
          isLastTry: true,
          guard: GUARD,
        }),
    };
    const database = (api.source.options as { url: string }).url;
    worker = await startWorker(queueConnection(database), handlers as unknown as JobHandlers);
    await api.post('/v1/journeys', aJourney());
    for (let hour = 3; hour < 100; hour += 4) {
      const startedAt = FROM + hour * HOUR;
      const outcome: Outcome = {
        ...{ id: `o${hour}`, failureId: `f${hour}`, journey: 'checkout', stage: 'payment' },
        ...{ failure: true, verdict: 'unknown', source: 'measured', conversionsLost: 1 },
        ...{ startedAt, endedAt: startedAt + HOUR / 2 },
      };
      const known = { knownAt: startedAt + HOUR, relativeLoss: null };
      await api.source.transaction((sql) => appendOutcome(sql, outcome, known));
    }
  }, 120_000);

  afterAll(async () => {
    await worker.close();
    await api.stop();
    await server.stop();
    await rm(folder, { recursive: true, force: true });
  });

  it('gives its history in parts, sample for sample', async () => {
    const [series] = await queryRange(
      {
        url,
        query: 'error_ratio',
        from: FROM,
        to: TO,
        step: STEP,
      },
      GUARD,
    );
    expect(series?.labels).toEqual({ pod: 'a' });
    expect(Array.from(series?.history.values ?? [])).toEqual(values);
    expect(series?.history.at[23_999]).toBe(TO);
  });

  it('gives its rules', async () => {
    const { status, body } = await api.post('/v1/rules/import', { url });
    expect(status).toBe(200);
    expect(body).toMatchObject({
      source: url,
      rules: [{ name: 'PaymentErrors', query: 'error_ratio', threshold: 1.5, for: '30s' }],
      skipped: [{ name: 'Gone', code: 'absent' }],
    });
  });

  it('is what a suggestion, its exports and a backtest are made from', async () => {
    const range = { from: new Date(FROM).toISOString(), to: new Date(TO).toISOString() };
    const series = { prometheus: { url, query: 'error_ratio', ...range, step: '15s' } };
    const rule = { name: 'PaymentErrors', expr: 'error_ratio > 1.5', for: '30s' };
    const asked = { rule, journey: 'checkout', stage: 'payment', series };
    const { body: made } = await api.post('/v1/threshold-suggestions', asked);
    expect(made).toMatchObject({
      ...{ verdict: 'raise', evidence: 'prometheus' },
      ...{ current: { pages: 100, missed: 0 }, suggested: { pages: 25, missed: 0 } },
    });
    const path = `/v1/threshold-suggestions/${String(made['id'])}/export?format=`;
    const written = await api.get(`${path}prometheus`);
    expect(written.text).toContain('expr: error_ratio > ');
    await writeFile(join(folder, 'throughline-rule.yml'), written.text);
    await writeFile(join(folder, 'test.yml'), (await api.get(`${path}promtool-test`)).text);
    const test = ['test', 'rules', join(folder, 'test.yml')];
    expect((await promisify(execFile)(promtool ?? '', test)).stdout).toContain('SUCCESS');
    const replayed = await api.post('/v1/backtests', asked);
    expect(replayed.body).toMatchObject({ pages: 100, caught: 25, missed: 0 });
  });
});
