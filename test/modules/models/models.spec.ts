import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';

import { rename } from 'node:fs/promises';
import { join } from 'node:path';

import { priorCard } from '../../../src/core/registry/prior-card.js';
import { PRIOR } from '../../../src/core/training/prior.js';
import { ModelFiles } from '../../../src/storage/model-files.js';
import { addModel, crown } from '../../../src/storage/model.store.js';
import { aJourney, anAnomaly } from '../../builders/bodies.js';
import type { Json } from '../../builders/running-api.js';
import { RunningApi } from '../../builders/running-api.js';

const NOW = Date.UTC(2026, 10, 20);
const [OLD, NEW, GONE] = ['2026-11-19.1', '2026-11-20.1', '2026-11-20.2'];
const familiarity = { services: [], rules: [], ranges: {} };
const because = { reason: 'it ranks <better> "here"' };

let api: RunningApi;

beforeAll(async () => {
  api = await RunningApi.start();
  const files = new ModelFiles(join(api.folder, 'models'));
  for (const version of [OLD, NEW]) {
    const card = {
      ...priorCard(NOW, '1.0.0'),
      version,
      evidence: 'model',
      learner: 'logistic',
    } as const;
    await addModel(api.source.manager, card, 'challenger');
    await files.save({ card, artefact: PRIOR.save(), familiarity, probe: null, loss: null });
  }
}, 60_000);

afterAll(async () => {
  await api.stop();
});

const statesOf = (body: Json): unknown =>
  Object.fromEntries(
    (body['items'] as Json[]).map(({ version, state }) => [String(version), state]),
  );

const deedsOf = async (query: string): Promise<Json[]> =>
  (await api.get(`/v1/audit?${query}`)).body['items'] as Json[];

describe('the registry', () => {
  it('lets no champion begin after the one that followed it', async () => {
    // The prior answers since the installation, which is now; the model is made of older history.
    const { body: before } = await api.get('/v1/models');
    expect(before).toMatchObject({ champion: '0', history: [{ version: '0' }] });
    const asOf = { since: NOW, by: 'gate', reason: 'better' };
    await crown(api.source.manager, OLD, asOf);
    const { body } = await api.get('/v1/models');
    const since = new Date(NOW).toISOString();
    expect(body['history']).toMatchObject([
      { version: OLD, since },
      { version: '0', since },
    ]);
    await crown(api.source.manager, '0', { ...asOf, reason: 'as it was' });
  });

  it('lets the newest challenger wait alone', async () => {
    const { body } = await api.get('/v1/models');
    expect(statesOf(body)).toEqual({ '0': 'champion', [OLD]: 'retired', [NEW]: 'challenger' });
  });

  it('promotes by hand, with who and why', async () => {
    const { status, body } = await api.post(`/v1/models/${NEW}/promote`, because);
    expect(status).toBe(200);
    expect(body['champion']).toBe(NEW);
    expect((body['history'] as Json[])[0]).toMatchObject({ version: NEW, reason: because.reason });
    const [deed] = await deedsOf(`subject=${NEW}`);
    expect(deed).toMatchObject({
      action: 'model.promote',
      before: { champion: '0' },
      after: { champion: NEW },
      reason: because.reason,
    });
    expect(deed?.['who']).toMatch(/^test /);
  });

  it('rejects no champion', async () => {
    const { status, body } = await api.post(`/v1/models/${NEW}/reject`, because);
    expect(status).toBe(409);
    expect(body['type']).toMatch(/model-answers$/);
  });

  it('rolls back in one call, and rejects what was rolled back', async () => {
    const back = await api.post('/v1/models/rollback', { reason: 'pages at night' });
    expect(back.body['champion']).toBe('0');
    const { body } = await api.post(`/v1/models/${NEW}/reject`, because);
    expect(statesOf(body)).toMatchObject({ '0': 'champion', [NEW]: 'rejected' });
    expect((await deedsOf('limit=2')).map(({ action }) => action)).toEqual([
      'model.reject',
      'model.rollback',
    ]);
    expect((await deedsOf('action=model.reject'))[0]).toMatchObject({
      before: { state: 'retired' },
      after: { state: 'rejected' },
    });
  });

  it('goes further back when it rolls back again, and never to what was rejected', async () => {
    for (const version of [OLD, NEW, OLD]) {
      await api.post(`/v1/models/${version}/promote`, because);
    }
    await api.post(`/v1/models/rollback`, because);
    expect((await api.get('/v1/models')).body).toMatchObject({ champion: NEW, rollbackTo: OLD });
    await api.post(`/v1/models/${OLD}/reject`, because);
    expect((await api.get('/v1/models')).body).toMatchObject({ champion: NEW, rollbackTo: '0' });
    expect((await api.post(`/v1/models/rollback`, because)).body['champion']).toBe('0');
    const { status, body } = await api.post(`/v1/models/rollback`, because);
    expect(status).toBe(409);
    expect(body['type']).toMatch(/nothing-to-roll-back$/);
  });

  it('takes a decision once, however often it is sent', async () => {
    const decide = async (path: string, headers = {}): Promise<number[]> => {
      const sent = [1, 2, 3, 4].map(() => api.post(`/v1/models/${path}`, because, { headers }));
      return (await Promise.all(sent)).map(({ status }) => status);
    };
    const historyOf = async (): Promise<unknown[]> => {
      const { body } = await api.get('/v1/models');
      return (body['history'] as Json[]).map(({ version }) => version);
    };
    const before = await historyOf();
    expect(await decide(`${NEW}/promote`)).toEqual([200, 200, 200, 200]);
    expect(await historyOf()).toEqual([NEW, ...before]);
    await decide(`${OLD}/promote`);
    const once = { 'idempotency-key': 'back' };
    await decide('rollback', once);
    await api.post('/v1/models/rollback', because, { headers: once });
    expect(await historyOf()).toEqual([NEW, OLD, NEW, ...before]);
    await decide(`${OLD}/reject`);
    const deeds = await deedsOf(`subject=${OLD}&action=model.reject`);
    expect(deeds.map(({ before: was }) => was)).not.toContainEqual({ state: 'rejected' });
    await api.post('/v1/models/0/promote', because);
  });

  it('has one champion, whoever decides at the same time', async () => {
    for (let round = 0; round < 12; round += 1) {
      await api.post('/v1/models/0/promote', because);
      await Promise.all([
        api.post(`/v1/models/${NEW}/promote`, because),
        api.post(`/v1/models/${NEW}/reject`, because),
        api.post(`/v1/models/${OLD}/promote`, because),
      ]);
      const { body } = await api.get('/v1/models');
      const items = body['items'] as Json[];
      const champions = items.filter(({ state }) => state === 'champion');
      expect(champions.map(({ version }) => version)).toEqual([body['champion']]);
    }
  });

  it.each([{}, { reason: '' }, { reason: ' \n\t ' }])('wants a reason, not %j', async (given) => {
    const { status, body } = await api.post(`/v1/models/${OLD}/promote`, given);
    expect(status).toBe(422);
    expect(body['errors']).toMatchObject([{ pointer: '/reason' }]);
  });

  it('knows no model that was never made', async () => {
    expect((await api.post('/v1/models/2020-01-01.1/promote', because)).status).toBe(404);
  });

  it('pages through the audit log, newest first', async () => {
    const first = await api.get('/v1/audit?limit=1');
    const next = String(first.body['next']);
    const second = await api.get(`/v1/audit?limit=1&cursor=${next}`);
    const [one] = first.body['items'] as Json[];
    const [two] = second.body['items'] as Json[];
    expect(Number(two?.['id'])).toBeLessThan(Number(one?.['id']));
  });

  it('shows a card as a page that holds no markup but its own', async () => {
    const { status, headers, text } = await api.get(`/v1/models/${NEW}/card?format=html`);
    expect(status).toBe(200);
    expect(headers.get('content-type')).toMatch(/^text\/html/);
    expect(text).toContain('it ranks &lt;better&gt; &quot;here&quot;');
    expect(text).not.toMatch(/<script|https?:/);
    const { body } = await api.get(`/v1/models/${NEW}/card`);
    expect(body).toMatchObject({ version: NEW, metrics: null });
    expect(body['live']).toMatchObject({ answers: 0, naive: null, weighted: null });
  });

  it('tells what a challenger would have answered', async () => {
    const { body } = await api.get(`/v1/models/${OLD}/shadow`);
    expect(body).toMatchObject({ version: OLD, answers: 0, labelled: 0, figures: null });
  });
});

describe('a model whose files are gone', () => {
  const folder = (version: string): string =>
    join(api.folder, 'models', 'journey-failure', version);

  it('is not made champion, by hand or by rolling back', async () => {
    await api.post(`/v1/models/${OLD}/promote`, because);
    await api.post(`/v1/models/0/promote`, because);
    await rename(folder(OLD), folder('away'));
    for (const path of [`${OLD}/promote`, 'rollback']) {
      const { status, body } = await api.post(`/v1/models/${path}`, because);
      expect([path, status]).toEqual([path, 409]);
      expect(body['type']).toMatch(/model-unreadable$/);
    }
    await rename(folder('away'), folder(OLD));
    const { body } = await api.get('/v1/models');
    expect(body).toMatchObject({ champion: '0', answers: '0' });
  });

  it('leaves the answers to the prior where it is champion, and the service says so', async () => {
    await api.post('/v1/journeys', aJourney());
    expect((await api.get('/readyz')).body).toEqual({ status: 'ok' });
    const sql = api.source.manager;
    const card = { ...priorCard(NOW, '1.0.0'), version: GONE, evidence: 'model' } as const;
    await addModel(sql, card, 'challenger');
    await crown(sql, GONE, { since: Date.now(), by: 'gate', reason: 'better' });
    const { status, body } = await api.post('/v1/anomalies', [anAnomaly()]);
    expect(status).toBe(200);
    const stale = `model ${GONE} cannot be read: the stated prior answers`;
    expect(body['results']).toMatchObject([
      { predictions: [{ evidence: 'prior', modelVersion: '0' }] },
    ]);
    expect(JSON.stringify(body)).toContain(stale);
    const models = await api.get('/v1/models');
    expect(models.body).toMatchObject({ champion: GONE, answers: '0' });
    expect((await api.get('/readyz')).body).toEqual({ status: 'ok', warnings: [stale] });
    const files = new ModelFiles(join(api.folder, 'models'));
    await files.save({ card, artefact: PRIOR.save(), familiarity, probe: null, loss: null });
    expect((await api.get('/v1/models')).body['answers']).toBe('0');
    const later = performance.now() + 10_000;
    jest.spyOn(performance, 'now').mockReturnValue(later);
    expect((await api.get('/v1/models')).body['answers']).toBe(GONE);
    expect((await api.get('/readyz')).body).toEqual({ status: 'ok' });
    jest.restoreAllMocks();
  });
});

describe('the performance report', () => {
  it('says that there is nothing yet, as JSON and as a page', async () => {
    const stretch = 'from=2026-01-05T00:00:00Z&to=2026-01-26T00:00:00Z';
    const path = `/v1/reports/performance?${stretch}&asOf=2026-01-20T00:00:00Z`;
    const { status, body } = await api.get(path);
    expect(status).toBe(200);
    expect(body).toMatchObject({
      from: '2026-01-05T00:00:00.000Z',
      to: '2026-01-26T00:00:00.000Z',
      asOf: '2026-01-20T00:00:00.000Z',
      answers: 0,
      naive: null,
    });
    expect((body['chunks'] as Json[]).map(({ from }) => from)).toEqual([
      '2026-01-05T00:00:00.000Z',
      '2026-01-12T00:00:00.000Z',
      '2026-01-19T00:00:00.000Z',
    ]);
    const page = await api.get(`/v1/reports/performance?${stretch}&format=html`);
    expect(page.headers.get('content-type')).toMatch(/^text\/html/);
    expect(page.text).toContain('Not enough data');
  });

  it('refuses a stretch that ends before it begins, and too many chunks', async () => {
    const turned = await api.get(
      '/v1/reports/performance?from=2026-02-01T00:00:00Z&to=2026-01-01T00:00:00Z',
    );
    expect(turned.status).toBe(422);
    expect(turned.body['errors']).toMatchObject([{ pointer: '/from', code: 'empty-range' }]);
    const fine = await api.get('/v1/reports/performance?chunk=1m');
    expect(fine.body['errors']).toMatchObject([{ pointer: '/chunk', code: 'too-many-chunks' }]);
  });
});
