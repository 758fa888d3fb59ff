// A service of its own for a benchmark: API, worker and PostgreSQL in a folder that goes afterwards.
import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

export const cli = new URL('../../../bin/throughline.js', import.meta.url).pathname;

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

async function ready(url) {
  for (let tries = 0; tries < 1200; tries += 1) {
    const ok = await fetch(`${url}/readyz`).then(
      (answer) => answer.ok,
      () => false,
    );
    if (ok) return;
    await sleep(250);
  }
  throw new Error('the service did not start');
}

/**
 * Runs work against a fresh service; its folder is removed whatever happens.
 *
 * @param own settings of its own: another database, another data folder.
 */
export async function withService(work, own = {}) {
  const folder = await mkdtemp(join(tmpdir(), 'throughline-bench-'));
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const data = own.THROUGHLINE_DATA_DIR ?? join(folder, 'data');
  const env = {
    ...process.env,
    PORT: String(port),
    THROUGHLINE_URL: url,
    THROUGHLINE_DATA_DIR: data,
    LOG_LEVEL: 'error',
    ...own,
  };
  const options = ['--max-semi-space-size=64', cli, 'start'];
  const service = spawn(process.execPath, options, { env, stdio: 'ignore' });
  try {
    await ready(url);
    const key = (await readFile(join(data, 'api-key'), 'utf8')).trim();
    await work({ url, key, folder, data, env, pid: service.pid });
  } finally {
    service.kill('SIGTERM');
    await new Promise((resolve) => service.once('exit', resolve));
    await rm(folder, { recursive: true, force: true });
  }
}

/** What the figures were taken on. */
export function machine() {
  const [load] = loadavg();
  return `${cpus().length} cores (${cpus()[0]?.model ?? ''}), load ${load.toFixed(1)}`;
}
