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
