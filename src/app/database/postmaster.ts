import { readFile, rm } from 'node:fs/promises';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { processIdentity } from '../process-identity.js';

/** A running server, as its data directory's postmaster.pid tells it. */
export interface Postmaster {
  readonly pid: number;
  readonly port: number;
  readonly ready: boolean;
}

const FILE = 'postmaster.pid';

/**
 * The live server of this cluster, or undefined; what a dead one left behind is removed.
 *
 * PostgreSQL itself refuses to start when any process has the pid in the file, which after a
 * container's restart is often somebody else's.
 */
export async function livePostmaster(cluster: string): Promise<Postmaster | undefined> {
  const text = await readFile(join(cluster, FILE), 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  // Lines: pid, data directory, start time, port, socket folder, address, shared memory, status.
  const lines = text.split('\n').map((line) => line.trim());
  const pid = Number(lines[0]);
  if (pid > 0 && processIdentity(pid) !== undefined && (await isPostgres(pid))) {
    return { pid, port: Number(lines[3]), ready: lines[7] === 'ready' };
  }
  await rm(join(cluster, FILE), { force: true });
  return undefined;
}

async function isPostgres(pid: number): Promise<boolean> {
  if (process.platform === 'linux') {
    const name = await readFile(`/proc/${pid}/comm`, 'utf8').catch(() => '');
    return name.trim() === 'postgres';
  }
  // Without ps (Windows) the server is taken for alive: starting a second one is refused by itself.
  if (process.platform === 'win32') return true;
  try {
    return execFileSync('ps', ['-p', String(pid), '-o', 'comm=']).includes('postgres');
  } catch {
    return false;
  }
}
