import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { jobHandlers } from '../../../src/app/jobs.js';
import { StartTraining } from '../../../src/app/start-training.js';
import { AddressGuard } from '../../../src/connectors/prometheus/address-guard.js';
import { Clock } from '../../../src/http/clock.js';
import { ChampionScorer } from '../../../src/loop/champion-scorer.js';
import type { JobQueue } from '../../../src/queue/job-queue.js';
import { EventCopies } from '../../../src/storage/event-copies.js';
import { priorCard } from '../../../src/core/registry/prior-card.js';
import { PRIOR } from '../../../src/core/training/prior.js';
import { addModel, championHistory } from '../../../src/storage/model.store.js';
import { ModelFiles } from '../../../src/storage/model-files.js';
import { aJourney, anAnomaly, minutesAgo, minutesAfter } from '../../builders/bodies.js';
import { RunningApi } from '../../builders/running-api.js';

const START = '2025-03-03T00:00:00Z';
const at = (minute: number): string => minutesAfter(START, minute);

describe('while history is fed', () => {
  let api: RunningApi;

  beforeAll(async () => {
    api = await RunningApi.start();
    await api.post('/v1/journeys', aJourney({ receivedAt: at(0) }));
  });

  afterAll(async () => {
    await api.stop();
  });

  const tell = async (startedAt: string, receivedAt?: string): Promise<void> => {
    const answer = await api.post('/v1/anomalies', anAnomaly({ startedAt, receivedAt }));
    expect(answer.status).toBe(200);
  };

  /** What the minutely job measures. */
  const measured = async (): Promise<unknown> => {
    const files = new ModelFiles(api.folder);
    const handlers = jobHandlers({
      source: api.source,
      clock: new Clock(),
      scorer: new ChampionScorer(files),
      files,
      copies: new EventCopies(api.folder),
      retention: { eventRetention: undefined, dropsEvents: false },
      training: new StartTraining(api.source, new Clock(), {} as JobQueue),
      guard: new AddressGuard(),
    });
    const context = { progress: () => Promise.resolve() };
    return await handlers['measure-outcomes']({}, context as never);
  };

  it('the clock measures nothing that the history has not come to, until it is in', async () => {
    await tell(at(60), at(61));
    // Due in the history's future, though long past: its events are not in yet.
    expect(await measured()).toBe(0);
    await tell(at(60 + 24 * 60), at(61 + 24 * 60));
    const ended = await api.post('/v1/backfill/end', {});
    expect(ended.status).toBe(200);
    expect(await measured()).toBe(1);
  });

  it('it goes on for those who tell what happens now', async () => {
    await tell(minutesAgo(3000), minutesAgo(2999));
    await api.post('/v1/backfill/end', {});
    const key = await api.keyOf('ingest');
    await api.post('/v1/anomalies', anAnomaly({ startedAt: minutesAgo(2) }), { key });
    expect(await measured()).toBe(1);
  });

  it('somebody who makes a model champion does so by its clock', async () => {
    const version = '2026-01-01.1';
    const card = { ...priorCard(0, 'test'), version };
    await addModel(api.source.manager, card, 'challenger');
    const familiarity = { services: [], rules: [], ranges: {} };
    const model = { card, artefact: PRIOR.save(), familiarity, probe: null, loss: null };
    await new ModelFiles(join(api.folder, 'models')).save(model);
    const receivedAt = minutesAgo(3999);
    await tell(minutesAgo(4000), receivedAt);
    await api.post(`/v1/models/${version}/promote`, { reason: 'it is better' });
    const [champion] = await championHistory(api.source.manager);
    expect(champion).toMatchObject({ version, since: new Date(receivedAt) });
    await api.post('/v1/models/rollback', { reason: 'that was all' });
    await api.post('/v1/backfill/end', {});
  });

  it('only a key that may backfill ends it', async () => {
    const key = await api.keyOf('ingest');
    expect((await api.post('/v1/backfill/end', {}, { key })).status).toBe(403);
  });
});
