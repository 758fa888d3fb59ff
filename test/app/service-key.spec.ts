import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, expect, it, jest } from '@jest/globals';

import { parseConfig } from '../../src/app/config.js';
import { migrateQueue, queueConnection } from '../../src/queue/connection.js';
import { openDataSource } from '../../src/storage/data-source.js';
import { createDatabase, type TestDatabase } from '../postgres/database.js';

// As in test/builders/running-api.ts.
jest.mock('content-disposition', () => ({ create: () => 'attachment' }));
const { startApi } = await import('../../src/app/start-api.js');

type Api = Awaited<ReturnType<typeof startApi>>;

let database: TestDatabase;
let folder: string;
let running: Api[];

beforeEach(async () => {
  database = await createDatabase();
  folder = await mkdtemp(join(tmpdir(), 'service-key-'));
  await migrateQueue(queueConnection(database.url));
  running = [];
});

afterEach(async () => {
  for (const api of running) await api.close();
  await database.drop();
  await rm(folder, { recursive: true });
});

async function start(key: string): Promise<Api> {
  const config = parseConfig({
    THROUGHLINE_API_KEY: key,
    THROUGHLINE_DATA_DIR: folder,
    LOG_LEVEL: 'silent',
  });
  const api = await startApi({ ...config, port: 0 }, database.url);
  running.push(api);
  return api;
}

const asked = async ({ url }: Api, key: string): Promise<number> =>
  (await fetch(`${url}/v1/journeys`, { headers: { authorization: `Bearer ${key}` } })).status;

it('is valid alone: a start with another one revokes it, one with the same leaves it', async () => {
  await start('first-key');
  const [one, other] = [await start('second-key'), await start('second-key')];
  expect(await asked(other, 'first-key')).toBe(401);
  expect([await asked(one, 'second-key'), await asked(other, 'second-key')]).toEqual([200, 200]);
  const source = await openDataSource(database.url);
  const deeds: unknown = await source.query('SELECT who, action, subject, after FROM audit');
  await source.destroy();
  expect(deeds).toEqual([
    { who: 'service', action: 'api-key.revoke', subject: 'service', after: { revoked: 1 } },
  ]);
  // Back to the first one: what was revoked is valid again, as it is the service's once more.
  const last = await start('first-key');
  expect([await asked(last, 'first-key'), await asked(last, 'second-key')]).toEqual([200, 401]);
});
