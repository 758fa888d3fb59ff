import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

import { StartTraining } from '../../src/app/start-training.js';
import { HOUR } from '../../src/core/telemetry/time.js';
import { considerTraining } from '../../src/loop/consider-training.js';
import type { ModelDriftReport } from '../../src/core/monitoring/model-drift.js';
import type { JobQueue } from '../../src/queue/job-queue.js';
import { noteBackfill } from '../../src/storage/backfill.store.js';
import { saveChange } from '../../src/storage/change.store.js';
import { keepReport, newlyDrifted } from '../../src/storage/report.store.js';
import { appendLabelChanges } from '../../src/storage/label.store.js';
import { trainingRuns, updateTrainingRun } from '../../src/storage/training-run.store.js';
import { SmallWorld, aJourney, anAnomaly, day } from './small-world.js';

const NOW = day(40);

let world: SmallWorld;
let added: string[];
let states: Map<string, string>;
let training: StartTraining;

beforeEach(async () => {
  world = await SmallWorld.open();
  await world.define(aJourney());
  added = [];
  states = new Map();
  const queue = {
    get: (id: string) => Promise.resolve(states.has(id) ? { state: states.get(id) } : undefined),
    add: (name: string, _: unknown, { jobId = '' }: { jobId?: string }) =>
      Promise.resolve(void added.push(`${name} ${jobId}`)),
  } as unknown as JobQueue;
  training = new StartTraining(world.source, { now: () => NOW }, queue);
});

afterEach(async () => {
  await world.close();
});

/** Decided episodes on the payment stage, one an hour from a day on; a fifth are failures. */
async function labels(count: number, from: number): Promise<void> {
  const ids = Array.from({ length: count }, (_, i) => `e-${from}-${i}`);
  await world.take(
    ...ids.map((id, i) => ({
      anomaly: anAnomaly(id, { startedAt: day(from, i), endedAt: day(from, i, 5) }),
      receivedAt: day(from, i, 6),
    })),
  );
  const place = {
    journey: 'checkout',
    stage: 'payment',
    service: 'payment',
    rule: 'PaymentErrors',
  };
  await appendLabelChanges(
    world.source.manager,
    ids.map((anomalyId, i) => ({
      ...place,
      anomalyId,
      knownAt: day(from, i) + 8 * HOUR,
      failures: i % 5 === 0 ? 1 : 0,
      decided: 1,
    })),
  );
}

async function trained(at: number): Promise<void> {
  const id = await training.start('test');
  await updateTrainingRun(world.source.manager, id, { state: 'kept', progress: 1 });
  await world.rows('UPDATE training_run SET as_of = $2 WHERE id = $1', [id, new Date(day(at))]);
}

describe('the service by itself', () => {
  it('trains once there is enough to learn from, and not again for the same', async () => {
    await labels(40, 0);
    expect(await training.startIfNeeded()).toEqual([]);
    await labels(30, 5);
    expect(await training.startIfNeeded()).toEqual(['70 new labels, 14 of them failures']);
    const [run] = await trainingRuns(world.source.manager, { limit: 2 });
    expect(run).toMatchObject({ state: 'queued', requestedBy: 'retraining' });
    expect(added).toEqual([`train ${run?.id}`]);
    expect(await training.startIfNeeded()).toEqual([]);
    await updateTrainingRun(world.source.manager, run?.id ?? '', { state: 'kept', progress: 1 });
    expect(await considerTraining(world.source.manager, NOW + 7 * HOUR)).toEqual([]);
  });

  it('trains for a release on a stage’s service, once episodes after it have labels', async () => {
    await labels(100, 0);
    await trained(10);
    const occurredAt = day(11);
    const release = {
      id: 'r-1',
      kind: 'release',
      title: 'new',
      labels: { service: 'payment' },
    } as const;
    await world.source.transaction((sql) =>
      saveChange(sql, { ...release, occurredAt }, occurredAt),
    );
    expect(await training.startIfNeeded()).toEqual([]);
    await labels(24, 12);
    expect(await training.startIfNeeded()).toEqual([
      'checkout/payment is stale (release r-1 on payment), 24 labels since',
    ]);
  });

  it('trains for what the drift report names, once, and every day unless it has just done so', async () => {
    const reported = async (at: number, ...asksToLearn: string[]): Promise<void> => {
      const found = { services: [], features: [], targets: [], errorsRose: false, asksToLearn };
      await keepReport(world.source.manager, {
        kind: 'drift',
        model: '0',
        day: `day ${at}`,
        ...{ madeAt: day(at), from: day(at - 7), until: day(at) },
        findings: { verdict: 'drifted', ...found },
        body: {} as ModelDriftReport,
      });
    };
    await reported(20, 'recommendations');
    expect(await training.startIfNeeded()).toEqual([]);
    await trained(10);
    expect(await training.startIfNeeded()).toEqual(['the drift report names recommendations']);
    const runs = await trainingRuns(world.source.manager, { limit: 2 });
    const run = runs.find(({ requestedBy }) => requestedBy === 'retraining');
    expect(await training.startDaily()).toBeNull();
    await updateTrainingRun(world.source.manager, run?.id ?? '', { state: 'kept', progress: 1 });
    expect(await training.startDaily()).toBeNull();
    await world.rows('UPDATE training_run SET as_of = $2 WHERE id = $1', [
      run?.id,
      new Date(day(30)),
    ]);
    await reported(31, 'recommendations');
    expect(await training.startIfNeeded()).toEqual([]);
    await reported(32, 'recommendations', 'cart');
    expect(await training.startIfNeeded()).toEqual(['the drift report names cart']);
  });

  it('does not train again for a service that an earlier champion trained for', async () => {
    const reported = async (model: string, at: number): Promise<void> => {
      const services = ['recommendations'];
      await keepReport(world.source.manager, {
        kind: 'drift',
        model,
        day: `day ${at} of ${model}`,
        ...{ madeAt: day(at), from: day(at - 7), until: day(at) },
        findings: {
          ...{ verdict: 'drifted', services, features: [], targets: [], errorsRose: false },
          asksToLearn: services,
        },
        body: {} as ModelDriftReport,
      });
    };
    const named = async (model: string, since: number): Promise<string[]> =>
      await newlyDrifted(world.source.manager, model, day(since));
    await reported('old', 40);
    await reported('new', 50);
    expect(await named('old', 39)).toEqual(['recommendations']);
    expect(await named('new', 45)).toEqual([]);
    await reported('newest', 110);
    expect(await named('newest', 108)).toEqual(['recommendations']);
  });

  it('waits while history is fed: its sender says when to train', async () => {
    await labels(80, 0);
    await noteBackfill(world.source.manager, day(20), NOW);
    expect(await training.startIfNeeded()).toEqual([]);
    expect(await training.startDaily()).toBeNull();
  });

  it('takes runs up again that nobody works on any more', async () => {
    const ids: string[] = [];
    for (const state of ['waiting', 'active', 'failed', 'gone', 'completed']) {
      const id = await training.start('test');
      if (state !== 'gone') states.set(id, state);
      ids.push(id);
    }
    added = [];
    expect(await training.takeUpLost()).toBe(3);
    expect(added.sort()).toEqual(
      ids
        .slice(2)
        .map((id) => `train ${id}/${NOW}`)
        .sort(),
    );
  });

  it('takes runs up again that a crash cut off', async () => {
    const cut = await training.start('test');
    await updateTrainingRun(world.source.manager, cut, { state: 'running', progress: 0.4 });
    const done = await training.start('test');
    await updateTrainingRun(world.source.manager, done, { state: 'kept', progress: 1 });
    added = [];
    expect(await training.takeUpAgain()).toBe(1);
    expect(added).toEqual([`train ${cut}/${NOW}`]);
  });
});
