import { randomBytes } from 'node:crypto';
import { chown, mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DomainError } from '../../core/errors/domain-error.js';
import { errorCode } from '../error-code.js';
import type { PostgresBinaries } from './postgres-binaries.js';
import { postgresAccount } from './postgres-account.js';
import { type Account, runProgram } from './run-program.js';

const DRAFT = 'draft-';

/** The role and the database of the embedded server. */
export const ROLE = 'throughline';

/** A data directory that exists and fits the binaries. */
export interface Cluster {
  /** Belongs to the account; holds the data directory and the server's log. */
  readonly home: string;
  readonly data: string;
  readonly log: string;
  readonly account: Account | undefined;
  readonly password: string;
}

/** For a laptop that runs other things too; what is acknowledged stays durable. */
const SETTINGS: Readonly<Record<string, string>> = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  shared_buffers: '256MB',
  effective_cache_size: '1GB',
  max_wal_size: '2GB',
  wal_compression: 'on',
  synchronous_commit: 'on',
  random_page_cost: '1.1',
  jit: 'off',
  timezone: 'UTC',
  log_timezone: 'UTC',
  log_checkpoints: 'off',
  password_encryption: 'scram-sha-256',
};

/** The cluster below the data folder, made at first call; throws `postgres-version` when another major version made it. */
export async function ensureCluster(binaries: PostgresBinaries, dataDir: string): Promise<Cluster> {
  const home = join(dataDir, 'postgres');
  await mkdirOpen(dataDir);
  await mkdir(home, { recursive: true, mode: 0o700 });
  const account = await postgresAccount(binaries.postgres, home);
  const data = join(home, 'cluster');
  const exists = (await stat(data).catch(() => undefined)) !== undefined;
  const password = await keptPassword(join(dataDir, 'postgres-password'), exists);
  const cluster = { home, data, log: join(home, 'server.log'), account, password };
  await removeDrafts(home);
  if (exists) await checkVersion(binaries, cluster);
  else await initialise(binaries, cluster);
  return cluster;
}

/** As root another account must pass this folder; an ordinary user keeps what umask says. */
async function mkdirOpen(path: string): Promise<void> {
  const mode = process.getuid?.() === 0 ? 0o755 : 0o777;
  await mkdir(path, { recursive: true, mode });
}

/** Written before the cluster is made: a password that only a killed process knew would lock us out. */
async function keptPassword(path: string, clusterExists: boolean): Promise<string> {
  const kept = await readFile(path, 'utf8').catch((error: unknown) => {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw new DomainError('data-folder-closed', `${path} cannot be read by this user`, {
      cause: error,
    });
  });
  if (kept !== undefined) return kept.trim();
  if (clusterExists) {
    const message = `${path} is gone, and with it the way into the database beside it; restore it`;
    throw new DomainError('postgres-password-lost', message);
  }
  const password = randomBytes(24).toString('base64url');
  await writeFile(`${path}.new`, `${password}\n`, { mode: 0o600 });
  await rename(`${path}.new`, path);
  return password;
}

/** A first start may be killed half way; its initdb then lives on for a while and is left alone. */
async function removeDrafts(home: string): Promise<void> {
  for (const name of await readdir(home).catch(() => [])) {
    if (!name.startsWith(DRAFT)) continue;
    await rm(join(home, name), { recursive: true, force: true }).catch(() => undefined);
  }
}

/** Under a name of this start's own until it is whole. */
async function initialise(binaries: PostgresBinaries, cluster: Cluster): Promise<void> {
  const draft = join(cluster.home, `${DRAFT}${randomBytes(6).toString('hex')}`);
  const passwordFile = `${draft}.password`;
  await writeFile(passwordFile, `${cluster.password}\n`, { mode: 0o600, flag: 'wx' });
  if (cluster.account) await chown(passwordFile, cluster.account.uid, cluster.account.gid);
  try {
    const made = await runProgram(
      binaries.initdb,
      initdbArguments(draft, passwordFile),
      cluster.account,
    );
    if (made.code !== 0) {
      const message = `PostgreSQL could not make its data directory ${draft}: ${made.output}`;
      throw new DomainError('postgres-initdb', message);
    }
    await rename(draft, cluster.data);
  } finally {
    await rm(passwordFile, { force: true });
  }
}

function initdbArguments(data: string, passwordFile: string): string[] {
  return [
    `--pgdata=${data}`,
    `--username=${ROLE}`,
    `--pwfile=${passwordFile}`,
    '--auth=scram-sha-256',
    '--encoding=UTF8',
    // The provider inside PostgreSQL sorts alike on every machine, whatever locales it has.
    '--locale=C',
    '--locale-provider=builtin',
    '--builtin-locale=C.UTF-8',
    '--no-instructions',
    ...Object.entries(SETTINGS).map(([name, value]) => `--set=${name}=${value}`),
  ];
}

async function checkVersion(binaries: PostgresBinaries, cluster: Cluster): Promise<void> {
  const shown = await runProgram(binaries.postgres, ['--version'], cluster.account);
  const ours = /(\d+)(?:\.\d+|\w+)*\s*$/.exec(shown.output)?.[1] ?? 'unknown';
  const made = (await readFile(join(cluster.data, 'PG_VERSION'), 'utf8').catch(() => '')).trim();
  if (made === ours) return;
  throw new DomainError(
    'postgres-version',
    `${cluster.data} was made by PostgreSQL ${made || '(unknown)'}, this is ${ours}. Start the ` +
      'version that made it, dump its data, and load them into a new data folder; or set ' +
      'THROUGHLINE_DATA_DIR to another folder.',
  );
}
