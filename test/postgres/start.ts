import { existsSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type * as launcher from '../../src/app/database/embedded-postgres.js';

/** What the setup hands the teardown, which runs in the same process. */
export interface TestServer {
  readonly server: launcher.EmbeddedPostgres;
  readonly folder: string;
}

declare global {
  var throughlineTestServer: TestServer | undefined;
}

// Jest loads a global setup by require and resolves no `.js` to its `.ts`: hence what was built.
const BUILT = resolve('dist/app/database/embedded-postgres.js');

/** One PostgreSQL for the whole run, by our own launcher; a URL in the environment spares it. */
export default async function start(): Promise<void> {
  if (process.env['THROUGHLINE_TEST_DATABASE_URL'] !== undefined) return;
  if (!existsSync(BUILT)) throw new Error('nothing is built: npm run build, then the tests');
  const { startEmbeddedPostgres } = (await import(BUILT)) as typeof launcher;
  const folder = await mkdtemp(join(tmpdir(), 'throughline-test-'));
  const server = await startEmbeddedPostgres(folder);
  globalThis.throughlineTestServer = { server, folder };
  process.env['THROUGHLINE_TEST_DATABASE_URL'] = server.url;
}
