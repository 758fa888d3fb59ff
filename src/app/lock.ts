import { randomUUID } from 'node:crypto';
import { link, mkdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { DomainError } from '../core/errors/domain-error.js';
import { errorCode } from './error-code.js';
import { processIdentity } from './process-identity.js';

const HEARTBEAT_MS = 5_000;
const SILENT_MS = 20_000;

const holder = z.object({
  pid: z.number().int().positive(),
  identity: z.string(),
  host: z.string(),
  token: z.string(),
  since: z.string(),
  url: z.string().optional(),
});
/** Who holds a lock, and where it listens once it does. */
export type LockHolder = Readonly<z.infer<typeof holder>>;

/** A lock file that this process holds. */
export interface Lock {
  /** Tells those who find the lock where its holder listens. */
  announce(url: string): Promise<void>;
  release(): Promise<void>;
}

/** Who holds the lock at this path and is alive; undefined when nobody does. */
export async function lockHolder(path: string): Promise<LockHolder | undefined> {
  const found = await read(path);
  return found !== undefined && (await isAlive(path, found)) ? found : undefined;
}

/**
 * Takes the lock at this path, over a dead holder's if need be; `waitMs` is how long a live one is
 * waited for. Throws `locked`, which says who holds it and where it listens.
 */
export async function takeLock(path: string, waitMs = 0): Promise<Lock> {
  await mkdir(dirname(path), { recursive: true }).catch(closed(path));
  const mine = self();
  const deadline = Date.now() + waitMs;
  while (!(await create(path, mine))) {
    const found = await read(path);
    if (found === undefined) continue;
    // A recreated container has another host name: its predecessor is given time to fall silent.
    const foreign = found.host !== mine.host;
    if (!(await isAlive(path, found))) await removeStale(path, found);
    else if (Date.now() < deadline) await sleep(100);
    else if (foreign && !(await fallsSilent(path))) throw locked(path, found);
    else if (!foreign) throw locked(path, found);
  }
  return held(path, mine);
}

function self(): LockHolder {
  const since = new Date().toISOString();
  const identity = processIdentity(process.pid) ?? 'unknown';
  return { pid: process.pid, identity, host: hostname(), token: randomUUID(), since };
}

function held(path: string, mine: LockHolder): Lock {
  const beat = setInterval(() => {
    const now = new Date();
    utimes(path, now, now).catch(() => undefined);
  }, HEARTBEAT_MS);
  beat.unref();
  return {
    async announce(url) {
      const draft = `${path}.${mine.token}`;
      await writeFile(draft, JSON.stringify({ ...mine, url }));
      await rename(draft, path);
    },
    async release() {
      clearInterval(beat);
      if ((await read(path))?.token === mine.token) await rm(path, { force: true });
    },
  };
}

/** Writes apart and links: the file never exists without its content. */
async function create(path: string, mine: LockHolder): Promise<boolean> {
  const draft = `${path}.${mine.token}`;
  await writeFile(draft, JSON.stringify(mine)).catch(closed(path));
  try {
    await link(draft, path);
    return true;
  } catch (error) {
    if (errorCode(error) === 'EEXIST') return false;
    throw error;
  } finally {
    await rm(draft, { force: true });
  }
}

async function read(path: string): Promise<LockHolder | undefined> {
  try {
    return holder.parse(JSON.parse(await readFile(path, 'utf8')));
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw new DomainError('lock-unreadable', `${path} is not a readable lock file; remove it`, {
      cause: error,
    });
  }
}

async function isAlive(path: string, found: LockHolder): Promise<boolean> {
  // Another machine's or container's pid means nothing here: only its heartbeat does.
  if (found.host !== hostname()) return Date.now() - (await heardAt(path)) < SILENT_MS;
  return processIdentity(found.pid) === found.identity;
}

async function heardAt(path: string): Promise<number> {
  return (await stat(path).catch(() => undefined))?.mtimeMs ?? 0;
}

async function fallsSilent(path: string): Promise<boolean> {
  const before = await heardAt(path);
  await sleep(2 * HEARTBEAT_MS);
  const after = await heardAt(path);
  if (after !== before && after !== 0) return false;
  await sleep(Math.max(0, after + SILENT_MS - Date.now()));
  return true;
}

/** Two may find the same dead holder: what was moved away is looked at again before it is thrown away. */
async function removeStale(path: string, stale: LockHolder): Promise<void> {
  const aside = `${path}.${randomUUID()}`;
  const moved = await rename(path, aside).then(
    () => true,
    () => false,
  );
  if (!moved) return;
  if ((await read(aside))?.token !== stale.token) await link(aside, path).catch(() => undefined);
  await rm(aside, { force: true });
}

function closed(path: string): (cause: unknown) => never {
  return (cause) => {
    const message = `this user cannot write into ${dirname(path)} (${String(errorCode(cause))})`;
    throw new DomainError('data-folder-closed', message, { cause });
  };
}

function locked(path: string, found: LockHolder): DomainError {
  const where = found.url === undefined ? 'it is still starting' : `it listens on ${found.url}`;
  const who = `process ${found.pid} on ${found.host} since ${found.since}`;
  return new DomainError('locked', `${dirname(path)} is in use by ${who}; ${where}`);
}
