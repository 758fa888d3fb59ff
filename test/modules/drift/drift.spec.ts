import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { featureTable } from '../../../src/core/features/feature-table.js';
import { driftReference } from '../../../src/core/monitoring/drift-reference.js';
import { seededRandom } from '../../../src/core/statistics/random.js';
import { DAY, HOUR } from '../../../src/core/telemetry/time.js';
import { ChampionScorer } from '../../../src/loop/champion-scorer.js';
import { driftOfChampion } from '../../../src/loop/drift-of-champion.js';
import { judgedAnswers } from '../../../src/loop/judged-answers.js';
import { keepDriftReport } from '../../../src/loop/keep-drift-report.js';
import { ModelFiles } from '../../../src/storage/model-files.js';
import type { Json } from '../../builders/running-api.js';
import { RunningApi } from '../../builders/running-api.js';

const NOW = Date.now();
const random = seededRandom(8);
const iso = (at: number): string => new Date(at).toISOString();

let api: RunningApi;

beforeAll(async () => {
  api = await RunningApi.start();
  await api.post('/v1/journeys', {
    key: 'checkout',
    name: 'Checkout',
    owner: 'shop',
    window: '30m',
    stages: [
      { key: 'cart', event: 'cart', weight: 0.5 },
      {
        key: 'payment',
        event: 'pay',
        weight: 1,
        mappings: [{ match: ['team="pay"'], relevance: 1 }],
      },
    ],
  });
  // Two weeks of alerts; in the second they come from another service, and worse; the last ones from another source.
  const anomalies = Array.from({ length: 300 }, (_, i) => {
    const startedAt = NOW - 14 * DAY + i * 1.1 * HOUR;
    const isLate = i > 150;
    return {
      id: `a${i}`,
      source: i < 295 ? 'test' : 'pager',
      name: 'Errors',
      severity: 'error',
      value: (isLate ? 6 : 2) + random(),
      threshold: 1,
      comparison: '>',
      labels: { team: 'pay', service: isLate ? 'wallet' : 'payment', instance: `i${i}` },
      startedAt: iso(startedAt),
      receivedAt: iso(startedAt + 1000),
    };
  });
  const { status } = await api.post('/v1/anomalies', anomalies);
  if (status !== 200) throw new Error(`the anomalies were not taken: ${status}`);
  await api.post('/v1/backfill/end', {});
}, 60_000);

afterAll(async () => {
  await api.stop();
});

describe('GET /v1/reports/drift', () => {
  it('compares a week with what was asked before it, where the champion is the prior', async () => {
    const { status, body } = await api.get('/v1/reports/drift');
    expect(status).toBe(200);
    expect(body).toMatchObject({ model: '0', reference: 'earlier' });
    expect(body['from']).toMatch(/Z$/);
    const columns = body['columns'] as Record<string, Json>;
    expect(columns['service']).toMatchObject({ type: 'categorical', verdict: 'drifted' });
    expect(columns['threshold_log_ratio']).toMatchObject({ verdict: 'drifted' });
    expect(columns['severity']).toMatchObject({ verdict: 'stable' });
  });

  it('is a page too', async () => {
    const { status, headers, text } = await api.get('/v1/reports/drift?format=html');
    expect(status).toBe(200);
    expect(headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(text).toContain('Drift of the model');
    expect(text.length).toBeLessThan(500_000);
  });

  it('gives the same answer twice', async () => {
    const stretch = `from=${iso(NOW - 6 * DAY)}&to=${iso(NOW - DAY)}`;
    const path = `/v1/reports/drift?${stretch}&asOf=${iso(NOW)}`;
    const first = await api.get(path);
    expect(first.status).toBe(200);
    expect((await api.get(path)).text).toBe(first.text);
  });

  it('looks back from a moment of the past', async () => {
    const asOf = iso(NOW - 3 * DAY);
    const { body } = await api.get(`/v1/reports/drift?asOf=${asOf}`);
    expect(body).toMatchObject({ until: asOf, from: iso(NOW - 10 * DAY) });
    expect(body['concept']).toMatchObject({ driftedServices: [], byService: [] });
  });

  it('refuses a stretch that ends before it begins', async () => {
    const path = `/v1/reports/drift?from=${iso(NOW)}&to=${iso(NOW - DAY)}`;
    const { status, body } = await api.get(path);
    expect(status).toBe(422);
    expect(body['type']).toMatch(/empty-range$/);
    expect(body['errors']).toMatchObject([{ pointer: '/from', code: 'empty-range' }]);
  });
});

describe('GET /v1/reports/data-quality', () => {
  it('names values that were never seen before', async () => {
    const { status, body } = await api.get('/v1/reports/data-quality?chunk=2d');
    expect(status).toBe(200);
    expect(body['flagged']).toContain('service');
    expect(body['chunks']).toHaveLength(4);
    const { severity, source } = body['features'] as Record<string, Json>;
    expect(severity).toMatchObject({ missing: 0, issues: [], unseenValues: [] });
    expect(source).toMatchObject({ unseenKinds: 1, issues: ['unseen-values'] });
    expect(source?.['unseenValues']).toEqual([{ value: 'pager', rows: 5 }]);
  });

  it('is a page too', async () => {
    const { text } = await api.get('/v1/reports/data-quality?format=html');
    expect(text).toContain('values never seen before');
    expect(text).toContain('<li>pager <small>× 5</small>');
  });
});

describe('GET /v1/reports', () => {
  it('lists the one report of a day and champion, as it was when it was made', async () => {
    expect((await api.get('/v1/reports')).body).toEqual({ items: [] });
    const files = new ModelFiles(api.folder);
    const parts = { files, scorer: new ChampionScorer(files) };
    const day = iso(NOW).slice(0, 10);
    const id = `drift-${day}-0`;
    expect(await keepDriftReport(api.source.manager, parts, NOW)).toBe(id);
    expect(await keepDriftReport(api.source.manager, parts, NOW)).toBeNull();
    const { items } = (await api.get('/v1/reports?kind=drift')).body as { items: Json[] };
    expect(items).toMatchObject([
      {
        ...{ id, kind: 'drift', model: '0', verdict: 'drifted', href: `/v1/reports/${id}` },
        ...{ madeAt: iso(NOW), from: iso(NOW - 7 * DAY), until: iso(NOW) },
      },
    ]);
    expect((items[0]?.['findings'] as Json)['features']).toContain('service');
    const { body } = await api.get(`/v1/reports/${id}`);
    expect(body).toEqual((await api.get(`/v1/reports/drift?to=${iso(NOW)}&asOf=${iso(NOW)}`)).body);
    const page = await api.get(`/v1/reports/${id}?format=html`);
    expect(page.headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(page.text).toContain('Drift of the model');
  });

  it('knows no other', async () => {
    const { status, body } = await api.get('/v1/reports/drift-2000-01-01-0?format=html');
    expect([status, body['detail']]).toEqual([404, 'there is no report drift-2000-01-01-0']);
    expect((await api.get('/v1/reports?kind=weather')).status).toBe(400);
  });

  it('keeps none of a day on which nothing was asked', async () => {
    const files = new ModelFiles(api.folder);
    const parts = { files, scorer: new ChampionScorer(files) };
    expect(await keepDriftReport(api.source.manager, parts, NOW + 30 * DAY)).toBeNull();
  });
});

describe('a champion that kept sketches of what it was taught', () => {
  it('is compared with them, all features of what is compared being read', async () => {
    const sql = api.source.manager;
    const taught = (await judgedAnswers(sql, NOW - 7 * DAY, NOW)).map(({ features }) => features);
    const folder = await mkdtemp(join(tmpdir(), 'throughline-sketches-'));
    const files = new ModelFiles(folder);
    const scorer = new ChampionScorer(files);
    const { classifier, schema, version } = await scorer.champion(sql);
    const reference = driftReference(featureTable(schema, taught), [], classifier);
    await mkdir(join(folder, 'journey-failure', version), { recursive: true });
    const file = join(folder, 'journey-failure', version, 'reference.json');
    const stretch = { from: NOW - 7 * DAY, until: NOW, asOf: NOW };
    const before = await driftOfChampion(sql, { files, scorer }, stretch);
    await writeFile(file, JSON.stringify(reference));
    const report = await driftOfChampion(sql, { files, scorer }, stretch);
    expect(report).toMatchObject({ reference: 'training', rows: before.rows });
    expect(report.columns).toEqual(before.columns);
    expect(report.concept.byService).toEqual(before.concept.byService);
    await rm(folder, { recursive: true });
  });
});
