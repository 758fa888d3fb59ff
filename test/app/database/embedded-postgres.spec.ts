import { chmod, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { parseConfig } from '../../../src/app/config.js';
import { startEmbeddedPostgres } from '../../../src/app/database/embedded-postgres.js';
import { openDatabase } from '../../../src/app/database/open-database.js';
import { livePostmaster } from '../../../src/app/database/postmaster.js';
import { takeLock } from '../../../src/app/lock.js';
import { serviceLock } from '../../../src/app/service-lock.js';

async function ask(url: string, sql: string): Promise<unknown> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const answer = await client.query<Record<string, unknown>>(sql);
    return Object.values(answer.rows[0] ?? {})[0];
  } finally {
    await client.end();
  }
}

// One life of one data folder, in order: each test begins where the one before ended.
describe('the embedded PostgreSQL', () => {
  let folder: string;
  const cluster = (): string => join(folder, 'postgres', 'cluster');
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'embedded-'));
    if (process.getuid?.() === 0) await chmod(folder, 0o755);
    // What a first start leaves that was killed while it made its cluster.
    await mkdir(join(folder, 'postgres'), { mode: 0o700 });
    await mkdir(join(folder, 'postgres', 'draft-1', 'base'), { recursive: true });
    await writeFile(join(folder, 'postgres-password'), 'kept\n', { mode: 0o600 });
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('is made with UTF-8, UTC and durable commits, on loopback alone, behind a password', async () => {
    const server = await startEmbeddedPostgres(folder);
    expect(server.adopted).toBe(false);
    const settings = `concat_ws(' ', current_setting('server_encoding'), current_setting('TimeZone'),
      current_setting('synchronous_commit'), current_setting('shared_buffers'),
      current_setting('listen_addresses'), '[' || current_setting('unix_socket_directories') || ']')`;
    expect(await ask(server.url, `SELECT ${settings}`)).toBe('UTF8 UTC on 256MB 127.0.0.1 []');
    const locked = new URL(server.url);
    locked.password = 'wrong';
    await expect(ask(locked.href, 'SELECT 1')).rejects.toThrow('password authentication failed');
    expect(await readdir(join(folder, 'postgres'))).toEqual(['cluster', 'server.log']);
    await ask(server.url, 'CREATE TABLE kept AS SELECT 42 AS answer');
  });

  it('is adopted by the next start when the one before was killed', async () => {
    const first = await livePostmaster(cluster());
    const server = await startEmbeddedPostgres(folder);
    expect(server.adopted).toBe(true);
    expect((await livePostmaster(cluster()))?.pid).toBe(first?.pid);
    expect(await ask(server.url, 'SELECT answer FROM kept')).toBe(42);
  });

  it('is left running by a command while a service uses it', async () => {
    const lock = serviceLock(folder);
    // Another live process: ours would be taken for the service itself.
    const holder = { pid: process.ppid, identity: 'x', host: 'x', token: 'x', since: 'x' };
    await writeFile(lock, JSON.stringify({ ...holder, host: 'elsewhere' }));
    const database = await openDatabase(parseConfig({ THROUGHLINE_DATA_DIR: folder }));
    await database.stop();
    expect(await ask(database.url, 'SELECT answer FROM kept')).toBe(42);
    await rm(lock);
  });

  it('is started again on its port when it is killed', async () => {
    const server = await startEmbeddedPostgres(folder);
    const deaths: unknown[] = [];
    server.watch((error) => deaths.push(error));
    const before = (await livePostmaster(cluster()))?.pid ?? 0;
    process.kill(before, 'SIGKILL');
    let answer: unknown;
    for (let tries = 0; tries < 100 && answer === undefined; tries++) {
      await sleep(200);
      if ((await livePostmaster(cluster()))?.pid === before) continue;
      answer = await ask(server.url, 'SELECT answer FROM kept').catch(() => undefined);
    }
    expect(answer).toBe(42);
    expect(deaths).toEqual([undefined]);
    await server.stop();
    expect(await livePostmaster(cluster())).toBeUndefined();
  });

  it('starts where another process has the pid that a dead server left behind', async () => {
    const lines = [String(process.pid), cluster(), '1', '5432', '', '127.0.0.1', '', 'ready', ''];
    await writeFile(join(cluster(), 'postmaster.pid'), lines.join('\n'));
    const server = await startEmbeddedPostgres(folder);
    expect(server.adopted).toBe(false);
    expect(await ask(server.url, 'SELECT answer FROM kept')).toBe(42);
    await server.stop();
  });

  it('is stopped by the service that holds the data folder', async () => {
    const lock = await takeLock(serviceLock(folder));
    const database = await openDatabase(parseConfig({ THROUGHLINE_DATA_DIR: folder }));
    await database.stop();
    expect(await livePostmaster(cluster())).toBeUndefined();
    await lock.release();
  });

  it('refuses a data directory of another major version', async () => {
    const file = join(cluster(), 'PG_VERSION');
    const version = await readFile(file, 'utf8');
    await writeFile(file, '12\n');
    await expect(startEmbeddedPostgres(folder)).rejects.toMatchObject({
      code: 'postgres-version',
      message: expect.stringMatching(/made by PostgreSQL 12, this is \d\d\./),
    });
    await writeFile(file, version);
  });

  it('says so when the password of an existing cluster is lost', async () => {
    await rm(join(folder, 'postgres-password'));
    await expect(startEmbeddedPostgres(folder)).rejects.toMatchObject({
      code: 'postgres-password-lost',
    });
  });

  it('is not started where a database is given', async () => {
    const given = parseConfig({ DATABASE_URL: 'postgres://db/x', THROUGHLINE_DATA_DIR: folder });
    const database = await openDatabase(given);
    expect(database.url).toBe('postgres://db/x');
    await database.stop();
    expect(await readdir(folder)).toEqual(['postgres']);
  });
});
