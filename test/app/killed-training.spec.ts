import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';

import { migrateQueue, queueConnection } from '../../src/queue/connection.js';
import { createJobQueue } from '../../src/queue/job-queue.js';
import type { TrainingRunRow } from '../../src/storage/entities/training-run.entity.js';
import { addTrainingRun, trainingRunById } from '../../src/storage/training-run.store.js';
import { TAUGHT_AT, teach } from '../builders/taught-world.js';
import { until } from '../e2e/monitoring-stack.js';
import { SmallWorld } from '../loop/small-world.js';

const WORKER = fileURLToPath(new URL('../../dist/worker.js', import.meta.url));
const FINAL = ['promoted', 'kept', 'insufficient-data', 'failed'];

/** A world and a data folder with worker processes on them. */
class Installation {
  readonly runId = randomUUID();
  private worker: ChildProcess | undefined;

  constructor(
    readonly world: SmallWorld,
    private readonly folder: string,
  ) {}

  startWorker(): void {
    const env = {
      ...process.env,
      DATABASE_URL: this.world.url,
      THROUGHLINE_DATA_DIR: this.folder,
      LOG_LEVEL: 'error',
    };
    this.worker = spawn(process.execPath, [WORKER], { env, stdio: 'ignore' });
  }

  async kill(): Promise<void> {
    const { worker } = this;
    if (worker?.exitCode !== null || worker.signalCode !== null) return;
    worker.kill('SIGKILL');
    await once(worker, 'exit');
  }

  /** Asks for a run as the API does. */
  async ask(): Promise<void> {
    const times = { asOf: new Date(TAUGHT_AT), createdAt: new Date(TAUGHT_AT) };
    const { runId } = this;
    await addTrainingRun(this.world.source.manager, { id: runId, requestedBy: 'test', ...times });
    const queue = createJobQueue(queueConnection(this.world.url));
    await queue.add('train', { runId }, { jobId: runId });
    await queue.close();
  }

  async run(): Promise<TrainingRunRow | null> {
    return await trainingRunById(this.world.source.manager, this.runId);
  }

  /** The run as soon as it is as far as that. */
  async reached(what: string, is: (run: TrainingRunRow) => boolean): Promise<TrainingRunRow> {
    return await until(what, async () => {
      const run = await this.run();
      return run !== null && is(run) ? run : undefined;
    });
  }

  private pathOf(version: string): string {
    return join(this.folder, 'models', 'journey-failure', version);
  }

  /** What a crash between the model's files and its row leaves behind. */
  async leaveFiles(version: string): Promise<void> {
    for (const path of [this.pathOf(version), `${this.pathOf(version)}.unfinished`]) {
      await mkdir(path, { recursive: true });
      await writeFile(join(path, 'weights.bin'), 'of the run that was killed');
      await writeFile(join(path, 'left-over'), 'of the run that was killed');
    }
  }

  async files(version: string): Promise<Record<string, string>> {
    const names = (await readdir(this.pathOf(version))).sort();
    const texts = names.map(async (name) => {
      const bytes = await readFile(join(this.pathOf(version), name));
      return [name, bytes.toString('base64')] as const;
    });
    return Object.fromEntries(await Promise.all(texts));
  }

  async count(statement: string, ...parameters: string[]): Promise<number> {
    const [row] = await this.world.rows(`SELECT count(*)::int AS n ${statement}`, parameters);
    return Number(row?.['n']);
  }
}

describe('a training run whose process is killed', () => {
  const folders: string[] = [];
  const installations: Installation[] = [];
  let taught: SmallWorld;

  const install = async (): Promise<Installation> => {
    const folder = await mkdtemp(join(tmpdir(), 'throughline-killed-'));
    folders.push(folder);
    const installation = new Installation(await SmallWorld.open(taught.url), folder);
    installations.push(installation);
    return installation;
  };

  beforeAll(async () => {
    taught = await SmallWorld.open();
    await teach(taught);
    await migrateQueue(queueConnection(taught.url));
    await taught.source.destroy();
  });

  afterEach(async () => {
    for (const one of installations.splice(0)) {
      await one.kill();
      await one.world.close();
    }
  });

  afterAll(async () => {
    await taught.drop();
    for (const folder of folders) await rm(folder, { recursive: true });
  });

  it('ends once, with the same bytes as one that nobody disturbed', async () => {
    const calm = await install();
    calm.startWorker();
    await calm.ask();
    const expected = await calm.reached('the calm run', ({ state }) => FINAL.includes(state));
    expect(expected.state).toBe('promoted');
    const version = expected.model ?? '';
    await calm.kill();

    const killed = await install();
    killed.startWorker();
    await killed.ask();
    await killed.reached('a run that has begun', ({ progress }) => progress > 0);
    await killed.kill();
    expect((await killed.run())?.state).toBe('running');

    await killed.leaveFiles(version);
    await killed.world.rows('UPDATE training_run SET progress = 0');
    killed.startWorker();
    await killed.reached('a run that learns', ({ progress }) => progress >= 0.4);
    await sleep(100);
    await killed.kill();
    expect(await killed.run()).toMatchObject({ state: 'running', model: null });

    killed.startWorker();
    const run = await killed.reached('the killed run', ({ state }) => FINAL.includes(state));
    expect(run).toMatchObject({ state: 'promoted', model: version, gate: expected.gate });
    expect(await killed.files(version)).toEqual(await calm.files(version));
    expect(await killed.count('FROM training_run')).toBe(1);
    expect(await killed.count("FROM model WHERE version <> '0'")).toBe(1);
    expect(await killed.count('FROM champion WHERE version = $1', version)).toBe(1);
    const promoted = "FROM audit WHERE action = 'model.promote' AND subject = $1";
    expect(await killed.count(promoted, version)).toBe(1);
  }, 180_000);
});
