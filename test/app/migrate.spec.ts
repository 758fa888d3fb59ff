import { afterAll, beforeAll, expect, it } from '@jest/globals';

import { registerMigrate } from '../../src/commands/migrate.js';
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

it('migrates an empty database and finds nothing left to do', async () => {
  const first = await runCommand(registerMigrate, ['migrate', '--json']);
  expect((JSON.parse(first.out) as { done: string[] }).done).toContain('Foundation1700000000001');
  const again = await runCommand(registerMigrate, ['migrate']);
  expect(again.out).toBe('the schema is up to date\n');
});
