import { afterAll, beforeAll, expect, it } from '@jest/globals';

import { registerKeys } from '../../src/commands/keys.js';
import { openDataSource } from '../../src/storage/data-source.js';
import { holderOfKey } from '../../src/storage/api-key.store.js';
import { runCommand } from '../commands/run-command.js';
import { createDatabase, type TestDatabase } from '../postgres/database.js';

let database: TestDatabase;
const environment = { ...process.env };

beforeAll(async () => {
  database = await createDatabase();
  process.env['DATABASE_URL'] = database.url;
});

afterAll(async () => {
  process.env = environment;
  await database.drop();
});

it('prints a key with its scopes that the service knows', async () => {
  const { out } = await runCommand(registerKeys, ['keys', 'create', '--scope', 'read,label']);
  const source = await openDataSource(database.url);
  try {
    expect(out).toMatch(/^tl_[\w-]{43}\n$/);
    const found = await holderOfKey(source.manager, out.trim());
    expect(found).toMatchObject({ name: 'made by hand', scopes: ['read', 'label'] });
  } finally {
    await source.destroy();
  }
});

it('names the scopes there are where another is asked for', async () => {
  const { status, err } = await runCommand(registerKeys, ['keys', 'create', '--scope', 'write']);
  expect(status).not.toBe(0);
  expect(err).toContain('scopes are');
});

it('ends every key of a name, and lists what there is and was without the keys', async () => {
  const made = ['keys', 'create', '--scope', 'ingest', '--name', 'shop'];
  const keys = [await runCommand(registerKeys, made), await runCommand(registerKeys, made)];
  const { out } = await runCommand(registerKeys, ['keys', 'revoke', 'shop', '--json']);
  expect(JSON.parse(out)).toEqual({ name: 'shop', revoked: 2 });
  const source = await openDataSource(database.url);
  const holders = keys.map((key) => holderOfKey(source.manager, key.out.trim()));
  expect(await Promise.all(holders)).toEqual([null, null]);
  await source.destroy();
  const listed = await runCommand(registerKeys, ['keys', 'list', '--json']);
  const all = (JSON.parse(listed.out) as { keys: object[] }).keys;
  expect(all).toHaveLength(3);
  expect(all[2]).toEqual({
    name: 'shop',
    scopes: ['ingest'],
    createdAt: expect.any(String),
    revokedAt: expect.any(String),
  });
  const text = (await runCommand(registerKeys, ['keys', 'list'])).out;
  expect(text).toMatch(
    /^made by hand: read,label, created \S+Z\nshop: ingest, created \S+Z, revoked \S+Z\n/,
  );
  await expect(runCommand(registerKeys, ['keys', 'revoke', 'shop'])).rejects.toThrow(
    'no valid key is named shop',
  );
});

it('leaves the name of the service to its own key', async () => {
  const create = ['keys', 'create', '--scope', 'read', '--name', 'service'];
  for (const args of [create, ['keys', 'revoke', 'service']]) {
    const { status, err } = await runCommand(registerKeys, args);
    expect(status).not.toBe(0);
    expect(err).toContain("service is the service's own key");
  }
});
