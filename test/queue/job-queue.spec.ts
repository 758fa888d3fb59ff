import { createRequire } from 'node:module';
import type { AddressInfo, Socket } from 'node:net';
import { connect, createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { DomainError } from '../../src/core/errors/domain-error.js';
import { migrateQueue, queueConnection } from '../../src/queue/connection.js';
import type { QueueConnection } from '../../src/queue/connection.js';
import { type JobHandlers, type JobStatus, NotYet } from '../../src/queue/job.js';
import { createJobQueue, type JobQueue } from '../../src/queue/job-queue.js';
import { type JobFailure, type JobWorker, startWorker } from '../../src/queue/job-worker.js';
import { createDatabase, type TestDatabase } from '../postgres/database.js';

const nothing = (): Promise<unknown> => Promise.resolve(null);
const handlers = (some: Partial<JobHandlers>): JobHandlers => ({
  'project-events': nothing,
  'measure-outcomes': nothing,
  train: nothing,
  'rebuild-journey': nothing,
  'rescore-open-episodes': nothing,
  'copy-events': nothing,
  'consider-training': nothing,
  'report-drift': nothing,
  'sum-hours': nothing,
  'suggest-threshold': nothing,
  expire: nothing,
  ...some,
});

/** The contract of a backend; every one of them must keep it. */
function keepsTheContract(connection: () => QueueConnection): void {
  let queue: JobQueue;
  const workers: JobWorker[] = [];
  const work = async (
    some: Partial<JobHandlers>,
    options: Parameters<typeof startWorker>[2] = {},
  ): Promise<JobWorker> => {
    const worker = await startWorker(connection(), handlers(some), options);
    workers.push(worker);
    return worker;
  };
  const until = async (id: string, state: JobStatus['state']): Promise<JobStatus> => {
    for (let tries = 0; tries < 400; tries++) {
      const status = await queue.get(id);
      if (status?.state === state) return status;
      await sleep(25);
    }
    throw new Error(`job ${id} never was ${state}: ${JSON.stringify(await queue.get(id))}`);
  };

  beforeAll(async () => {
    await migrateQueue(connection());
    queue = createJobQueue(connection());
  });
  afterEach(async () => {
    for (const worker of workers.splice(0)) await worker.close(0);
  });
  afterAll(() => queue.close());

  it('carries payload, progress and result', async () => {
    const id = await queue.add('train', { runId: 'r1', asOf: 7 }, { jobId: 'run:1' });
    expect(id).toBe('run:1');
    expect(await queue.get(id)).toMatchObject({ id, name: 'train', state: 'waiting', progress: 0 });
    await work({
      train: async (payload, context) => {
        await context.progress(0.5);
        return { payload, id: context.id, attempt: context.attempt };
      },
    });
    expect(await until(id, 'completed')).toMatchObject({
      progress: 0.5,
      result: { payload: { runId: 'r1', asOf: 7 }, id: 'run:1', attempt: 1 },
      error: undefined,
    });
  });

  it('takes a job id once, whole numbers included', async () => {
    const seen: string[] = [];
    const first = await queue.add('train', { runId: 'first' }, { jobId: '42' });
    const second = await queue.add('train', { runId: 'second' }, { jobId: '42' });
    expect([first, second]).toEqual(['42', '42']);
    await work({ train: (payload) => Promise.resolve(seen.push(payload.runId)) });
    await until('42', 'completed');
    await queue.add('train', { runId: 'third' }, { jobId: '42' });
    const last = await queue.add('expire', {});
    await until(last, 'completed');
    expect(seen).toEqual(['first']);
  });

  it('tries again after an error, as often as the policy says', async () => {
    const attempts: number[] = [];
    await work({
      'rescore-open-episodes': (_payload, context) => {
        attempts.push(context.attempt);
        return Promise.reject(new Error('not yet'));
      },
    });
    const id = await queue.add('rescore-open-episodes', {});
    expect(await until(id, 'failed')).toMatchObject({ error: 'not yet', attempts: 2 });
    expect(attempts).toEqual([1, 2]);
  });

  it('fails a job for good on a domain error that is not retriable', async () => {
    const failures: JobFailure[] = [];
    const rejection = new DomainError('too-few', 'only one label');
    await work(
      { 'measure-outcomes': () => Promise.reject(rejection) },
      { onFailure: (failure) => failures.push(failure) },
    );
    const id = await queue.add('measure-outcomes', {});
    expect(await until(id, 'failed')).toMatchObject({
      error: 'too-few: only one label',
      attempts: 1,
    });
    await sleep(50);
    expect(failures).toMatchObject([{ id, name: 'measure-outcomes', attempt: 1, final: true }]);
  });

  it('tries a retriable domain error again', async () => {
    let tries = 0;
    await work({
      'rebuild-journey': () => {
        tries += 1;
        if (tries > 1) return Promise.resolve('done');
        return Promise.reject(new DomainError('busy', 'wait', { retriable: true }));
      },
    });
    const id = await queue.add('rebuild-journey', { journey: 'checkout' });
    expect(await until(id, 'completed')).toMatchObject({ result: 'done', attempts: 2 });
  });

  it('melts jobs of one key: one runs, one waits, with the last payload', async () => {
    const seen: (number | undefined)[] = [];
    let release: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => (release = resolve));
    await work({
      'measure-outcomes': async (payload) => {
        seen.push(payload.until);
        await gate;
      },
    });
    const coalesce = 'due';
    const first = await queue.add('measure-outcomes', { until: 1 }, { coalesce });
    await until(first, 'active');
    await queue.add('measure-outcomes', { until: 2 }, { coalesce });
    await queue.add('measure-outcomes', { until: 3 }, { coalesce });
    release();
    for (let tries = 0; tries < 200 && seen.length < 2; tries++) await sleep(25);
    await sleep(200);
    expect(seen).toEqual([1, 3]);
  });

  it('waits for a delay', async () => {
    let ranAt = 0;
    await work({ expire: () => Promise.resolve((ranAt = Date.now())) });
    const addedAt = Date.now();
    const id = await queue.add('expire', {}, { delay: 400 });
    await until(id, 'completed');
    expect(ranAt - addedAt).toBeGreaterThanOrEqual(395);
  });

  it('gives the slot of a job that cannot begin yet to others, and counts no try', async () => {
    let [isFree, asked] = [false, 0];
    await work(
      {
        train: (_payload, { attempt }) => {
          asked += 1;
          return isFree ? Promise.resolve(attempt) : Promise.reject(new NotYet(100));
        },
      },
      { concurrency: 1 },
    );
    const ids = await Promise.all(
      ['a', 'b', 'c'].map((runId) => queue.add('train', { runId: `not yet ${runId}` })),
    );
    await until(await queue.add('expire', {}), 'completed');
    while (asked < 10) await sleep(20);
    for (const id of ids) expect((await queue.get(id))?.state).not.toBe('failed');
    isFree = true;
    for (const id of ids) expect(await until(id, 'completed')).toMatchObject({ result: 1 });
  });

  it('drains on close', async () => {
    let done = false;
    const worker = await work({
      expire: async () => {
        await sleep(300);
        done = true;
      },
    });
    const id = await queue.add('expire', {});
    await until(id, 'active');
    await worker.close();
    expect(done).toBe(true);
    expect(await queue.get(id)).toMatchObject({ state: 'completed' });
  });

  it('hands a job back when it is too slow to drain, without counting the try', async () => {
    const slow = await work({
      train: (_payload, { signal }) =>
        new Promise((_resolve, reject) => {
          signal.addEventListener('abort', () => {
            reject(new Error('stopped'));
          });
        }),
    });
    const id = await queue.add('train', { runId: 'slow' });
    await until(id, 'active');
    await slow.close(50);
    expect(await queue.get(id)).toMatchObject({ state: 'waiting', error: undefined });
    await work({ train: (_payload, { attempt }) => Promise.resolve(attempt) });
    expect(await until(id, 'completed')).toMatchObject({ result: 1 });
  });

  it('knows no job that was never added', async () => {
    expect(await queue.get('never')).toBeUndefined();
  });
}

describe('jobs on PostgreSQL', () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await createDatabase();
  });
  afterAll(() => database.drop());
  keepsTheContract(() => queueConnection(database.url));

  it('says when the queue cannot be reached, and that trying again may help', async () => {
    const unreachable = createJobQueue(queueConnection('postgres://127.0.0.1:1/none'));
    await expect(unreachable.add('expire', {})).rejects.toMatchObject({
      code: 'queue-unavailable',
      retriable: true,
    });
    await unreachable.close();
  });
});

/** Asks the local Redis, without a driver; undefined where none answers. */
function redis(...commands: string[]): Promise<string | undefined> {
  return new Promise((resolve) => {
    const socket = connect(6379, '127.0.0.1');
    let answer = '';
    socket.on('data', (chunk) => (answer += chunk.toString()));
    socket.on('close', () => {
      resolve(answer === '' ? undefined : answer);
    });
    socket.on('error', () => {
      resolve(undefined);
    });
    socket.end(`${[...commands, 'QUIT'].join('\r\n')}\r\n`);
  });
}
const hasRedis = (await redis('PING'))?.startsWith('+PONG') ?? false;
const hasDriver = ((): boolean => {
  try {
    return createRequire(import.meta.url).resolve('ioredis') !== '';
  } catch {
    return false;
  }
})();

(hasRedis && hasDriver ? describe : describe.skip)('jobs on Redis', () => {
  // A database of its own on that server: what lives in the first is not ours.
  const empty = (): Promise<unknown> =>
    redis(
      'SELECT 15',
      `EVAL "for _, k in ipairs(redis.call('keys', 'bull:throughline:*')) do redis.call('del', k) end" 0`,
    );
  beforeAll(empty);
  afterAll(empty);
  keepsTheContract(() => queueConnection('', 'redis://127.0.0.1:6379/15'));
});

(hasDriver ? describe : describe.skip)('jobs on a Redis that is away', () => {
  it.each(['is not there', 'does not answer'])(
    'say so in seconds where it %s, and end',
    async (how) => {
      const silent = createServer();
      await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
      const { port } = silent.address() as AddressInfo;
      if (how === 'is not there') silent.close();
      const sockets: Socket[] = [];
      silent.on('connection', (socket) => sockets.push(socket));
      const away = createJobQueue(queueConnection('', `redis://127.0.0.1:${port}`));
      const unavailable = { code: 'queue-unavailable', retriable: true };
      const since = performance.now();
      await Promise.all([
        expect(away.get('any')).rejects.toMatchObject(unavailable),
        expect(away.add('expire', {})).rejects.toMatchObject(unavailable),
      ]);
      await away.close();
      expect(performance.now() - since).toBeLessThan(15_000);
      for (const socket of sockets) socket.destroy();
      silent.close();
    },
    20_000,
  );
});
