import { readFile, rename, stat } from 'node:fs/promises';
import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { DomainError } from '../../core/errors/domain-error.js';
import type { PostgresBinaries } from './postgres-binaries.js';
import { type Cluster, ROLE } from './postgres-cluster.js';
import { livePostmaster } from './postmaster.js';
import { runProgram } from './run-program.js';

/** Recovery after a crash may take minutes. */
const START_SECONDS = 300;
const STOP_SECONDS = 60;
const LOG_BYTES = 10_000_000;
const ATTEMPTS = 20;

/** What passes by itself: the children of a killed server end a moment later; a port was taken. */
const PASSING =
  /pre-existing shared memory|could not create any TCP\/IP sockets|is the data directory in use/i;

/** The port of the server that runs on this cluster already; undefined when none does. */
export async function runningPort(cluster: Cluster): Promise<number | undefined> {
  const deadline = Date.now() + START_SECONDS * 1000;
  for (;;) {
    const found = await livePostmaster(cluster.data);
    if (found === undefined || found.ready) return found?.port;
    if (Date.now() > deadline) {
      const message = `the PostgreSQL of ${cluster.data} (process ${found.pid}) does not become ready`;
      throw new DomainError('postgres-start', message, { retriable: true });
    }
    await sleep(50);
  }
}

/** Starts the server, on this port or a free one, and answers the port once it takes connections. */
export async function launch(
  binaries: PostgresBinaries,
  cluster: Cluster,
  wanted?: number,
): Promise<number> {
  await turnLog(cluster.log);
  for (let attempt = 1; ; attempt++) {
    const port = wanted ?? (await freePort());
    const before = (await stat(cluster.log).catch(() => undefined))?.size ?? 0;
    const args = ['-w', '-t', String(START_SECONDS), '-l', cluster.log, '-o', `-p ${port}`];
    const started = await runProgram(
      binaries.pg_ctl,
      ['start', '-D', cluster.data, ...args],
      cluster.account,
    );
    if (started.code === 0) return port;
    const log = (await readFile(cluster.log, 'utf8').catch(() => '')).slice(before).trim();
    if (attempt === ATTEMPTS || !PASSING.test(log)) {
      const message = `PostgreSQL did not start: ${log || started.output}`;
      throw new DomainError('postgres-start', message);
    }
    await sleep(500);
  }
}

/** Fast shutdown, waited for: open transactions are rolled back, committed ones are safe. */
export async function halt(binaries: PostgresBinaries, cluster: Cluster): Promise<void> {
  if ((await livePostmaster(cluster.data)) === undefined) return;
  const args = ['stop', '-D', cluster.data, '-m', 'fast', '-w', '-t', String(STOP_SECONDS)];
  const stopped = await runProgram(binaries.pg_ctl, args, cluster.account);
  if (stopped.code !== 0) throw new DomainError('postgres-stop', stopped.output);
}

/** Makes our database where it is missing: initdb makes none of that name. */
export async function ensureDatabase(cluster: Cluster, port: number): Promise<void> {
  const client = new pg.Client({ connectionString: connectionString(cluster, port, 'postgres') });
  await client.connect();
  try {
    const found = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [ROLE]);
    if (found.rowCount === 0) await client.query(`CREATE DATABASE ${ROLE}`);
  } finally {
    await client.end();
  }
}

/** How to reach a database of this cluster over loopback. */
export function connectionString(cluster: Cluster, port: number, database: string): string {
  return `postgres://${ROLE}:${encodeURIComponent(cluster.password)}@127.0.0.1:${port}/${database}`;
}

/** One old log is kept; the folder belongs to the server's account, which appends to a new file. */
async function turnLog(path: string): Promise<void> {
  const size = (await stat(path).catch(() => undefined))?.size ?? 0;
  if (size > LOG_BYTES) await rename(path, `${path}.1`);
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => {
        if (address !== null && typeof address === 'object') resolve(address.port);
        else reject(new DomainError('no-free-port', 'no free port on 127.0.0.1'));
      });
    });
  });
}
