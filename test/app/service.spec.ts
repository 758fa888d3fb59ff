import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { pino } from 'pino';
import { type Config, parseConfig } from '../../src/app/config.js';
import { lockHolder } from '../../src/app/lock.js';
import { type Service, type ServiceParts, startService } from '../../src/app/service.js';
import { serviceLock } from '../../src/app/service-lock.js';
import { createDatabase, type TestDatabase } from '../postgres/database.js';

/** Notes its life in a file; ends a moment after its parent is gone. */
const WORKER = `
  const { appendFileSync } = require('node:fs');
  const note = (text) => appendFileSync(process.env.NOTES, text + '\\n');
  note('up ' + process.pid + ' ' + Boolean(process.env.DATABASE_URL));
  const end = () => { note('drained'); process.exit(0); };
  if (!process.connected) end();
  process.on('disconnect', () => setTimeout(end, 100));
`;

describe('startService', () => {
  let folder: string;
  let database: TestDatabase;
  let parts: ServiceParts;
  const events: string[] = [];
  const running: Service[] = [];
  const begin = async (): Promise<Service> => {
    const service = await startService(config(), parts).started;
    running.push(service);
    return service;
  };
  const config = (): Config =>
    parseConfig({ THROUGHLINE_DATA_DIR: join(folder, 'data'), DATABASE_URL: database.url });
  const notes = async (): Promise<string[]> =>
    (await readFile(join(folder, 'notes'), 'utf8').catch(() => '')).trim().split('\n');

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'service-'));
    database = await createDatabase();
    const worker = join(folder, 'worker.cjs');
    await writeFile(worker, WORKER);
    process.env['NOTES'] = join(folder, 'notes');
    const startApi: ServiceParts['startApi'] = ({ apiKey }) => {
      const server = createServer((_request, response) => response.end('ok'));
      events.push(apiKey === undefined ? 'no key' : 'key');
      return new Promise((resolve) => {
        server.listen(0, '127.0.0.1', () => {
          const address = server.address();
          const port = address !== null && typeof address === 'object' ? address.port : 0;
          const close = (): Promise<void> =>
            new Promise((closed) => {
              events.push('closed');
              server.close(() => {
                closed();
              });
            });
          resolve({ url: `http://127.0.0.1:${port}`, close });
        });
      });
    };
    parts = { startApi, worker, logger: pino({ level: 'silent' }) };
  });
  afterEach(async () => {
    for (const service of running.splice(0)) await service.stop();
    events.splice(0);
    await rm(join(folder, 'notes'), { force: true });
  });
  afterAll(async () => {
    delete process.env['NOTES'];
    await database.drop();
    await rm(folder, { recursive: true });
  });
  const up = async (times: number): Promise<number> => {
    for (let tries = 0; tries < 600; tries++) {
      const pids = (await notes()).filter((note) => note.startsWith('up '));
      if (pids.length >= times) return Number(pids.at(-1)?.split(' ')[1]);
      await sleep(50);
    }
    throw new Error('the worker never came up');
  };

  it('starts, answers, refuses a second start, and drains', async () => {
    const service = await begin();
    expect(await (await fetch(service.url)).text()).toBe('ok');
    expect(service.key.isNew).toBe(true);
    await up(1);
    const second = startService(config(), parts).started;
    await expect(second).rejects.toThrow(`it listens on ${service.url}`);
    expect(await (await fetch(service.url)).text()).toBe('ok');
    await service.stop();
    await expect(fetch(service.url)).rejects.toThrow();
    expect(events).toEqual(['key', 'closed']);
    expect(await notes()).toEqual([expect.stringMatching(/^up \d+ true$/), 'drained']);
    expect(await lockHolder(serviceLock(config().dataDir))).toBeUndefined();
  });

  it('starts a worker again that was killed', async () => {
    const service = await begin();
    const first = await up(1);
    process.kill(first, 'SIGKILL');
    expect(await up(2)).not.toBe(first);
    await service.stop();
    expect(service.key.isNew).toBe(false);
  });

  it('frees what it had taken when the API does not start', async () => {
    const broken = { ...parts, startApi: () => Promise.reject(new Error('port taken')) };
    await expect(startService(config(), broken).started).rejects.toThrow('port taken');
    expect(await lockHolder(serviceLock(config().dataDir))).toBeUndefined();
    await (await begin()).stop();
  });
});
