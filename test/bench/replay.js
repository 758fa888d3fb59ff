// How fast a history goes through the public API, end to end: reading the files, HTTP, checking,
// storing, projecting, scoring, measuring. Service, worker and PostgreSQL run on this machine too.
import { execFile, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);
const DAYS = 14;
const cli = new URL('../../bin/throughline.js', import.meta.url).pathname;

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

async function ready(url) {
  for (let tries = 0; tries < 240; tries += 1) {
    const ok = await fetch(`${url}/readyz`).then(
      (answer) => answer.ok,
      () => false,
    );
    if (ok) return;
    await sleep(250);
  }
  throw new Error('the service did not start');
}

const folder = await mkdtemp(join(tmpdir(), 'throughline-bench-'));
const port = await freePort();
const url = `http://127.0.0.1:${port}`;
const dataDir = join(folder, 'data');
const env = {
  ...process.env,
  PORT: String(port),
  THROUGHLINE_URL: url,
  THROUGHLINE_DATA_DIR: dataDir,
  LOG_LEVEL: 'error',
};
const service = spawn(process.execPath, [cli, 'start'], { env, stdio: 'ignore' });
try {
  await ready(url);
  const world = join(folder, 'world');
  const simulated = ['simulate', '--days', String(DAYS), '--seed', '1', '--out', world];
  await run(process.execPath, [cli, ...simulated], { env });
  const options = { env, maxBuffer: 1 << 28 };
  const { stdout } = await run(process.execPath, [cli, 'replay', world, '--json'], options);
  const { counts, seconds, eventsPerSecond } = JSON.parse(stdout);
  const [load] = loadavg();
  process.stdout.write(
    `${cpus().length} cores (${cpus()[0]?.model ?? ''}), load ${load.toFixed(1)}\n` +
      `${counts.events.sent} events and ${counts.anomalies.sent} anomaly bodies in ` +
      `${seconds.toFixed(1)} s: ${eventsPerSecond} events/s end to end\n`,
  );
  const lost = counts.events.sent - counts.events.accepted - counts.events.duplicates;
  if (lost !== 0) throw new Error(`${lost} events were not taken`);
} finally {
  service.kill('SIGTERM');
  await new Promise((resolve) => service.once('exit', resolve));
  await rm(folder, { recursive: true, force: true });
}
