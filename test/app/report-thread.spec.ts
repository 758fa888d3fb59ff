import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';

import { ReportThread } from '../../src/app/report-thread.js';
import { DAY, WEEK } from '../../src/core/telemetry/time.js';
import { ensurePrior } from '../../src/loop/ensure-prior.js';
import { migrateQueue, queueConnection } from '../../src/queue/connection.js';
import { openDataSource } from '../../src/storage/data-source.js';
import { createDatabase } from '../postgres/database.js';

/** Tells who it is; a question of no length fails, one before all time ends the thread. */
const SCRIPT = `
  import { parentPort, threadId, workerData } from 'node:worker_threads';
  parentPort.on('message', (request) => {
    if (request === null) return parentPort.close();
    const { id, name, question } = request;
    if (question.from < 0) throw new Error('the thread broke');
    if (question.chunk === 0) return parentPort.postMessage({ id, error: new Error('no chunk') });
    parentPort.postMessage({ id, text: [threadId, workerData.databaseUrl, name].join(' ') });
  });
`;
const ASK = { from: 0, to: WEEK, asOf: WEEK, chunk: DAY, format: 'json' } as const;

describe('the thread that writes reports', () => {
  let folder: string;
  const threads: ReportThread[] = [];
  const begin = (script: URL, url = 'db', idleMs?: number): ReportThread => {
    const thread = new ReportThread(script, { databaseUrl: url, folder }, idleMs);
    threads.push(thread);
    return thread;
  };
  const script = (): URL => pathToFileURL(join(folder, 'report.mjs'));

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'report-thread-'));
    await writeFile(join(folder, 'report.mjs'), SCRIPT);
  });
  afterEach(async () => {
    for (const thread of threads.splice(0)) await thread.close();
  });
  afterAll(async () => {
    await rm(folder, { recursive: true });
  });

  it('answers each question with its own text, all of them in one thread', async () => {
    const thread = begin(script());
    const [first, second] = await Promise.all([
      thread.write('performance', ASK),
      thread.write('performance', ASK),
    ]);
    expect(first).toMatch(/^\d+ db performance$/);
    expect(second).toBe(first);
  });

  it('tells what went wrong, of one question or of the thread, and goes on in another', async () => {
    const thread = begin(script());
    await expect(thread.write('performance', { ...ASK, chunk: 0 })).rejects.toThrow('no chunk');
    const first = await thread.write('performance', ASK);
    await expect(thread.write('performance', { ...ASK, from: -1 })).rejects.toThrow('broke');
    const second = await thread.write('performance', ASK);
    expect(second).toMatch(/db performance$/);
    expect(second).not.toBe(first);
  });

  it('ends when nobody asks, and starts again when somebody does', async () => {
    const thread = begin(script(), 'db', 20);
    const first = await thread.write('performance', ASK);
    await sleep(60);
    expect(await thread.write('performance', ASK)).not.toBe(first);
  });

  it('writes the reports, the service answering others meanwhile', async () => {
    const database = await createDatabase();
    await migrateQueue(queueConnection(database.url));
    const source = await openDataSource(database.url, 2);
    await ensurePrior(source, 0);
    await source.destroy();
    const thread = begin(new URL('../../dist/report.js', import.meta.url), database.url);
    const [json, page] = await Promise.all([
      thread.write('performance', ASK),
      thread.write('performance', { ...ASK, format: 'html' }),
    ]);
    expect(JSON.parse(json)).toMatchObject({ answers: 0, to: '1970-01-08T00:00:00.000Z' });
    expect(page).toContain('<h1>Performance');
    const stretch = { from: 0, until: WEEK, asOf: WEEK };
    const drift = await thread.write('drift', { ...stretch, format: 'json' });
    expect(JSON.parse(drift)).toMatchObject({ asked: 0, until: '1970-01-08T00:00:00.000Z' });
    expect(await thread.write('drift', { ...stretch, format: 'html' })).toContain('<h1>Drift');
    const quality = await thread.write('dataQuality', { ...stretch, chunk: DAY, format: 'html' });
    expect(quality).toContain('<h1>Data quality');
    const shadow = await thread.write('shadow', { version: 'challenger', now: WEEK });
    expect(JSON.parse(shadow)).toMatchObject({ answers: 0, figures: null });
    await thread.close();
    await database.drop();
  });
});
