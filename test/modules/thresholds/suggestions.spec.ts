import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import type { Outcome } from '../../../src/core/outcomes/outcome.js';
import { AddressGuard } from '../../../src/connectors/prometheus/address-guard.js';
import { seededRandom } from '../../../src/core/statistics/random.js';
import { recalibrateThresholds } from '../../../src/loop/recalibrate-thresholds.js';
import { makeSuggestion } from '../../../src/loop/suggest-threshold.js';
import { queueConnection } from '../../../src/queue/connection.js';
import type { JobHandlers } from '../../../src/queue/job.js';
import { startWorker } from '../../../src/queue/job-worker.js';
import type { JobWorker } from '../../../src/queue/job-worker.js';
import { appendOutcome } from '../../../src/storage/outcome.store.js';
import { anAnomaly, aChange, aJourney, anIncident } from '../../builders/bodies.js';
import { type Answer, type Json, RunningApi } from '../../builders/running-api.js';

const MINUTE = 60_000;
const GUARD = new AddressGuard();
const START = Date.UTC(2026, 0, 5);
const at = (minute: number): string => new Date(START + minute * MINUTE).toISOString();

let api: RunningApi;
let worker: JobWorker;

const suggest = (body: object, headers: Record<string, string> = {}): Promise<Answer> =>
  api.post('/v1/threshold-suggestions', body, { headers });
const one = async (id: unknown): Promise<Json> =>
  (await api.get(`/v1/threshold-suggestions/${String(id)}`)).body;
const decide = (id: unknown, decision: string, body: object = { reason: 'why' }): Promise<Answer> =>
  api.post(`/v1/threshold-suggestions/${String(id)}/${decision}`, body);

/** Eight weeks at ten minutes: a bump of 2 every 8 h, of 5 (a failure) every 56 h. */
function points(): [string, number][] {
  const random = seededRandom(1);
  return Array.from({ length: 8064 }, (_, i) => {
    const bump = i % 336 < 3 ? 5 : 2;
    return [at(i * 10), i % 48 < 3 ? bump + random() : random()];
  });
}

const body = (more: object = {}): object => ({
  rule: { name: 'PaymentErrors', metric: 'error_ratio', comparison: '>', threshold: 1.5 },
  journey: 'checkout',
  stage: 'payment',
  series: { points: points() },
  ...more,
});

async function record(minute: number, more: Partial<Outcome> = {}): Promise<void> {
  const outcome: Outcome = {
    id: `o-${minute}-${more.source ?? ''}`,
    failureId: `f-${minute}`,
    journey: 'checkout',
    stage: 'payment',
    failure: true,
    verdict: 'unknown',
    source: 'measured',
    conversionsLost: 0.5,
    startedAt: START + minute * MINUTE,
    endedAt: START + (minute + 60) * MINUTE,
    ...more,
  };
  const known = { knownAt: START + (minute + 90) * MINUTE, relativeLoss: null };
  await api.source.transaction((sql) => appendOutcome(sql, outcome, known));
}

beforeAll(async () => {
  api = await RunningApi.start();
  const url = (api.source.options as { url: string }).url;
  const handlers = {
    'suggest-threshold': ({ suggestionId }: { suggestionId: string }) =>
      makeSuggestion(api.source, suggestionId, { now: Date.now(), isLastTry: true, guard: GUARD }),
  };
  worker = await startWorker(queueConnection(url), handlers as unknown as JobHandlers);
  await api.post('/v1/journeys', aJourney());
  for (let i = 336; i < 8064; i += 336) await record(i * 10);
});

afterAll(async () => {
  await worker.close();
  await api.stop();
});

describe('POST /v1/threshold-suggestions', () => {
  it('raises a threshold that pages on harmless bumps, and keeps what speaks for it', async () => {
    const { status, body: made } = await suggest(body());
    expect(status).toBe(200);
    expect(made).toMatchObject({
      state: 'draft',
      progress: 'done',
      verdict: 'raise',
      current: { threshold: 1.5, pagesPerWeek: 21, caught: 23, missed: 0 },
      suggested: { pagesPerWeek: 3, caught: 23, missed: 0 },
      missedFailureIds: [],
      evidence: 'points',
      modelVersion: '0',
      stale: [],
    });
    expect((made['frontier'] as unknown[]).length).toBeGreaterThan(100);
    expect(await one(made['id'])).toEqual(made);
    const list = await api.get('/v1/threshold-suggestions?journey=checkout&stage=payment&limit=1');
    const [first] = list.body['items'] as Json[];
    expect(first).toMatchObject({ id: made['id'], verdict: 'raise' });
    expect(first).not.toHaveProperty('frontier');
    const again = await suggest(body());
    expect(again.body['suggested']).toEqual(made['suggested']);
    const next = String(list.body['next']);
    const page = await api.get(`/v1/threshold-suggestions?limit=1&cursor=${next}`);
    expect(page.body['items']).toEqual([]);
    const id = String(made['id']);
    const places = ['2026', '+275760-09-13', '0000-01-01T00:00:00Z', '2026-01-01'];
    for (const place of ['x', ...places.map((at) => `${at} ${id}`)]) {
      const cursor = Buffer.from(place).toString('base64url');
      const answer = await api.get(`/v1/threshold-suggestions?cursor=${cursor}`);
      expect([place, answer.status]).toEqual([place, 400]);
    }
  });

  it('answers at once where it is asked to, with what is under way', async () => {
    const { status, body: made } = await suggest(body(), { prefer: 'respond-async' });
    expect(status).toBe(202);
    expect(made).toMatchObject({ state: 'draft', stale: [], decisions: [] });
    expect(made).not.toHaveProperty('verdict');
    expect(made).not.toHaveProperty('frontier');
  });

  it('sees only the failures that were known then', async () => {
    const { body: made } = await suggest(body({ asOf: at(4 * 3360) }));
    expect(made).toMatchObject({ failures: 3, verdict: 'insufficient-evidence' });
    const key = await api.keyOf('review');
    const refused = await api.post('/v1/threshold-suggestions', body({ asOf: at(0) }), { key });
    expect(refused.status).toBe(403);
  });

  it('joins several series into one page, or pages for each group', async () => {
    const both = ['a', 'b'].map((pod) => ({ labels: { pod }, points: points() }));
    const together = await suggest(body({ series: both }));
    expect(together.body).toMatchObject({ current: { pagesPerWeek: 21 } });
    const apart = await suggest(body({ series: both, groupBy: ['pod'] }));
    expect(apart.body).toMatchObject({ current: { pagesPerWeek: 42, caught: 23 } });
  });

  it('watches within its hours only', async () => {
    const { body: made } = await suggest(
      body({ hours: { days: ['mon', 'tue', 'wed', 'thu', 'fri'], from: 8, to: 20 } }),
    );
    // A bump begins at 0, 8 and 16 h: two on each of five days.
    expect(made).toMatchObject({ current: { pagesPerWeek: 10 } });
    expect((made['notes'] as string[]).join()).toContain('failures began outside the hours');
    expect((await suggest(body({ hours: { from: 9, to: 9 } }))).text).toContain('/hours/to');
  });
});

describe('deciding on a suggestion', () => {
  it('goes from draft over shadow to approved and back, with owner and reason, audited', async () => {
    const { id } = (await suggest(body())).body;
    expect(await decide(id, 'rollback')).toMatchObject({ status: 409 });
    expect((await decide(id, 'approve', {})).status).toBe(422);
    expect((await decide(id, 'approve', { reason: '  ' })).status).toBe(422);
    const shadowed = await decide(id, 'shadow', { owner: 'sre', reason: 'see a week' });
    expect(shadowed).toMatchObject({ status: 200, body: { state: 'shadow' } });
    const approved = await decide(id, 'approve', { owner: 'sre', reason: 'fewer pages' });
    expect(approved.body).toMatchObject({
      state: 'approved',
      decisions: [
        { decision: 'shadow', owner: 'sre', reason: 'see a week' },
        { decision: 'approve', state: 'approved', owner: 'sre', reason: 'fewer pages' },
      ],
      effect: { promised: { pagesPerWeek: 3, missedPerWeek: 0 }, observed: { failures: 0 } },
    });
    const refused = await decide(id, 'reject');
    expect(refused.status).toBe(409);
    expect(refused.headers.get('content-type')).toContain('application/problem+json');
    expect(refused.body).toMatchObject({ type: expect.stringContaining('invalid-transition') });
    expect((await decide(id, 'rollback')).body).toMatchObject({ state: 'rolled-back' });
    const audited = await api.source.query<Json[]>(
      'SELECT action, reason FROM audit WHERE subject = $1 ORDER BY id',
      [id],
    );
    expect(audited.map(({ action }) => action)).toEqual([
      'threshold-suggestion.start',
      'threshold-suggestion.shadow',
      'threshold-suggestion.approve',
      'threshold-suggestion.rollback',
    ]);
  });

  it('expires', async () => {
    const { id } = (await suggest(body())).body;
    const past =
      "UPDATE threshold_suggestion SET expires_at = now() - interval '1 s' WHERE id = $1";
    await api.source.query(past, [id]);
    expect(await one(id)).toMatchObject({ state: 'expired' });
    const listed = await api.get('/v1/threshold-suggestions?state=expired');
    expect(listed.body['items']).toMatchObject([{ id }]);
    expect(await decide(id, 'approve')).toMatchObject({ status: 409 });
  });

  it('cannot approve what suggests nothing', async () => {
    const flat = points().map(([time]) => [time, 1]);
    const { body: made } = await suggest(body({ series: { points: flat } }));
    expect(made).toMatchObject({
      verdict: 'insufficient-evidence',
      reason: 'the metric never varies',
    });
    const empty = await suggest(
      body({ rule: { name: 'Never', comparison: '>', threshold: 1 }, series: undefined }),
    );
    expect(empty.body).toMatchObject({ progress: 'failed', failure: { code: 'no-history' } });
    expect(await decide(empty.body['id'], 'approve')).toMatchObject({ status: 409 });
  });

  it('is stale after a change on the service, and after a new version of the journey', async () => {
    const { id } = (await suggest(body())).body;
    const now = new Date().toISOString();
    await api.post('/v1/changes', aChange({ occurredAt: now, labels: { service: 'cart' } }));
    expect(await one(id)).toMatchObject({ stale: [] });
    await api.post(
      '/v1/changes',
      aChange({ title: 'payment 2', occurredAt: new Date().toISOString() }),
    );
    expect(await one(id)).toMatchObject({ stale: ["release on the stage's service: payment 2"] });
    const put = JSON.stringify(aJourney({ name: 'Checkout 2' }));
    await api.request('PUT', '/v1/journeys/checkout', put);
    expect((await one(id))['stale']).toHaveLength(2);
  });
});

describe('from past alerts alone', () => {
  it('judges raising only, by the peaks that are known, and says so', async () => {
    const begun = Date.now() - 30 * 24 * 60 * MINUTE;
    const alert = (i: number, peakValue?: number): object =>
      anAnomaly({
        name: 'Slow',
        threshold: 1,
        value: 1.2,
        ...(peakValue === undefined ? {} : { peakValue }),
        startedAt: new Date(begun + i * 360 * MINUTE).toISOString(),
        endedAt: new Date(begun + (i * 360 + 20) * MINUTE).toISOString(),
      });
    // Every tenth is a failure with a high peak; one has no peak.
    const alerts = Array.from({ length: 110 }, (_, i) =>
      alert(i, i === 5 ? undefined : i % 10 === 0 ? 4 + (i % 7) / 10 : 1.5 + (i % 5) / 10),
    );
    await api.post('/v1/anomalies', alerts);
    for (let i = 0; i < 110; i += 10) {
      const startedAt = begun + i * 360 * MINUTE;
      const id = `alone-${i}`;
      await record(i, {
        id,
        failureId: id,
        startedAt,
        endedAt: startedAt + 60 * MINUTE,
        conversionsLost: 1,
      });
    }
    const rule = { name: 'Slow', comparison: '>', threshold: 1 };
    const { body: made } = await suggest(body({ rule, series: undefined }));
    expect(made).toMatchObject({
      evidence: 'alerts',
      verdict: 'raise',
      current: { pages: 109, caught: 11, missed: 0 },
      suggested: { pages: 11, caught: 11, missed: 0 },
    });
    const { threshold } = made['suggested'] as { threshold: number };
    expect(threshold).toBeGreaterThan(1.9);
    expect(threshold).toBeLessThan(4);
    expect(
      (made['frontier'] as { threshold: number }[]).every((point) => point.threshold >= 1),
    ).toBe(true);
    const notes = (made['notes'] as string[]).join();
    expect(notes).toContain('past alerts alone');
    expect(notes).toContain('1 of 110 episodes have no known peak');
    await decide(made['id'], 'shadow');
    const backdate = "UPDATE threshold_decision SET decided_at = now() - interval '90 days'";
    await api.source.query(`${backdate} WHERE suggestion_id = $1`, [made['id']]);
    const { shadow } = await one(made['id']);
    expect(shadow).toMatchObject({ pages: 110, wouldPage: 11, unknown: 1 });
  });
});

describe('recalibration', () => {
  it('asks a stale question anew, of the time since, once enough has been seen', async () => {
    const rule = { name: 'Slow', comparison: '>', threshold: 1 };
    const { body: old } = await suggest(body({ rule, series: undefined }));
    await api.post('/v1/changes', aChange({ occurredAt: new Date().toISOString() }));
    const drafts = async (): Promise<Json[]> =>
      (await api.get('/v1/threshold-suggestions?rule=Slow&limit=1')).body['items'] as Json[];
    const day = 24 * 60 * MINUTE;
    expect(await recalibrateThresholds(api.source, Date.now() + 10 * day, GUARD)).toBe(0);
    expect(await drafts()).toMatchObject([{ id: old['id'] }]);
    const later = Date.now() + 40 * day;
    expect(await recalibrateThresholds(api.source, later, GUARD)).toBe(1);
    // Nothing has fired since.
    expect(await drafts()).toMatchObject([
      { state: 'draft', requestedBy: 'recalibration', failure: { code: 'no-history' } },
    ]);
    expect(await recalibrateThresholds(api.source, later + day, GUARD)).toBe(0);
  });
});

describe('what a failure would have cost', () => {
  it('is what it costs unmitigated, as people corrected it', async () => {
    const times = [1000, 5000, 9000, 13_000].map((minute) => minute + 300_000);
    for (const minute of times) await record(minute, { stage: 'cart', conversionsLost: 6 });
    const short = anAnomaly({ labels: { service: 'cart' }, startedAt: at(320_000) });
    await api.post('/v1/anomalies', [short]);
    const cut = { stage: 'cart', anomalyId: String(short['id']), conversionsLost: 2 };
    await record(320_000, { ...cut, endedAt: START + 320_020 * MINUTE });
    const mitigatedAt = at(320_018);
    await api.post(
      '/v1/incidents',
      anIncident({ anomalyIds: [short['id']], detectedAt: at(320_000), mitigatedAt }),
    );
    await record(313_000, { stage: 'cart', id: 'told', source: 'human', conversionsLost: 9 });
    const quiet = [0, 30_000].map((minute) => [at(300_000 + minute), 0]);
    const rule = { name: 'r', comparison: '>', threshold: 1 };
    const { body: made } = await suggest(body({ rule, stage: 'cart', series: { points: quiet } }));
    // Three of 6, one of 9 as corrected; one of 2 in 20 minutes, the usual being 60. Times 80.
    expect(made).toMatchObject({ current: { missed: 5, cost: (18 + 9 + 6) * 80 } });
  });
});

describe('on the impact score', () => {
  it('asks from which predicted impact on to page', async () => {
    const rule = { name: 'page-on-impact', metric: 'impact-score', comparison: '>=', threshold: 1 };
    const { body: made } = await suggest(body({ rule, series: undefined }));
    expect(made).toMatchObject({ evidence: 'impact-score', progress: 'done' });
    expect((made['notes'] as string[]).join()).toContain('first predictions of 110 episodes');
    const wrong = { ...rule, comparison: '<' };
    expect((await suggest(body({ rule: wrong, series: undefined }))).status).toBe(422);
  });
});

describe('bad questions', () => {
  const refusal = async (more: object): Promise<[number, string]> => {
    const { status, text } = await suggest(body(more));
    return [status, text];
  };

  it.each([
    [{ series: { points: [] } }, 422, 'empty-history'],
    [
      {
        series: {
          points: [
            [at(0), 1],
            [at(0), 2],
          ],
        },
      },
      422,
      'unordered-history',
    ],
    [{ stage: 'refund' }, 404, 'unknown-stage'],
    [{ rule: { name: 'r', comparison: '>' } }, 422, '/rule/threshold'],
    [{ rule: { name: 'r', expr: 'up' } }, 422, 'no-comparison'],
    [{ rule: { name: 'r', expr: 'absent(up)', comparison: '>', threshold: 0 } }, 422, 'absent'],
    [{ rule: { name: 'r', expr: 'a > 1 and b > 2' } }, 422, 'compound'],
    [{ rule: { name: 'r', expr: 'a > b' } }, 422, 'two-series'],
    [{ rule: { name: 'r', expr: 'a > 2', comparison: '>', threshold: 3 } }, 422, 'inconsistent'],
    [
      {
        series: { prometheus: { url: 'ftp://x', query: 'a', from: at(0), to: at(9), step: '1m' } },
      },
      422,
      'bad-url',
    ],
    [
      {
        series: {
          prometheus: { url: 'http://x', query: 'a > 1', from: at(0), to: at(9), step: '1m' },
        },
      },
      422,
      'filtered-query',
    ],
  ])('%j is refused', async (more, status, code) => {
    const [got, text] = await refusal(more);
    expect(text).toContain(code);
    expect(got).toBe(status);
  });

  it('takes the comparison from an expression, histogram_quantile too', async () => {
    const expr = 'histogram_quantile(0.99, sum by (le) (rate(pay_seconds_bucket[5m]))) > 1.5';
    const { body: made } = await suggest(body({ rule: { name: 'Slow', expr } }));
    expect(made).toMatchObject({ verdict: 'raise', rule: { comparison: '>', threshold: 1.5 } });
  });

  it('counts NaN runs and failures outside the history in its notes', async () => {
    const gaps = points().map(([time, value], i) => [
      time,
      i % 100 < 20 && i % 48 > 10 ? null : value,
    ]);
    const { body: made } = await suggest(body({ series: { points: gaps.slice(0, 4000) } }));
    const notes = (made['notes'] as string[]).join();
    expect(notes).toMatch(/at \d+ of 4000 looks there was nothing to compare/);
  });
});

describe('exporting a suggestion', () => {
  it('writes it for each system, with where it comes from, the same each time', async () => {
    const rule = {
      name: 'PaymentErrors',
      expr: 'error_ratio > 1.5',
      metric: 'pay.errors',
      for: '5m',
    };
    const { body: made } = await suggest(body({ rule: { ...rule, labels: { team: 'pay' } } }));
    const id = String(made['id']);
    const { threshold } = made['suggested'] as { threshold: number };
    const of = (format: string): Promise<Answer> =>
      api.get(`/v1/threshold-suggestions/${id}/export?format=${format}`);
    const formats = ['prometheus', 'promtool-test', 'datadog-tf', 'grafana', 'json'];
    for (const format of formats) {
      const { status, text } = await of(format);
      expect(status).toBe(200);
      for (const said of [
        id,
        String(made['expiresAt']),
        String(made['until']),
        String(threshold),
      ]) {
        expect(text).toContain(said);
      }
      expect((await of(format)).text).toBe(text);
    }
    expect((await of('prometheus')).text).toContain(`expr: error_ratio > ${threshold}`);
    const { resource } = (await of('datadog-tf')).body as { resource: Json };
    expect(resource).toMatchObject({
      datadog_monitor: {
        PaymentErrors: {
          query: `min(last_5m):max:pay.errors{*} > ${threshold}`,
          monitor_thresholds: { critical: String(threshold) },
        },
      },
    });
    expect((await of('xml')).status).toBe(400);
  });

  it('says why it cannot', async () => {
    const flat = points().map(([time]) => [time, 1]);
    const { body: none } = await suggest(body({ series: { points: flat } }));
    const path = `/v1/threshold-suggestions/${String(none['id'])}/export`;
    // The current threshold is all that there is.
    expect(await api.get(path)).toMatchObject({ status: 200 });
    expect(await api.get('/v1/threshold-suggestions/x/export')).toMatchObject({ status: 404 });
    const { body: named } = await suggest(body());
    const datadog = `/v1/threshold-suggestions/${String(named['id'])}/export?format=datadog-tf`;
    expect((await api.get(datadog)).status).toBe(200);
  });
});

describe('importing rules', () => {
  it('lists those that have a threshold and those that have none, and keeps the last import', async () => {
    const file =
      'groups: [{ name: g, rules: [{ alert: A, expr: x > 1 }, { alert: B, expr: absent(x) }] }]';
    const { status, body: got } = await api.post('/v1/rules/import', { file });
    expect(status).toBe(200);
    expect(got).toMatchObject({
      rules: [{ name: 'A', query: 'x', comparison: '>', threshold: 1, for: '0s' }],
      skipped: [{ name: 'B', code: 'absent', reason: expect.any(String) }],
    });
    await api.post('/v1/rules/import', { file });
    expect((await api.get('/v1/rules')).body).toEqual({ items: [got] });
    expect(await api.post('/v1/rules/import', { file: 'groups: 1' })).toMatchObject({
      status: 422,
    });
    const nowhere = await api.post('/v1/rules/import', { url: 'http://127.0.0.1:1' });
    expect(nowhere).toMatchObject({ status: 503 });
    expect(await api.post('/v1/rules/import', { url: 'file:///x' })).toMatchObject({ status: 422 });
  });
});
