import { chown, readFile, stat } from 'node:fs/promises';
import { DomainError } from '../../core/errors/domain-error.js';
import { type Account, runProgram } from './run-program.js';

/** PostgreSQL refuses to run as root; these accounts exist without our adding one. */
const CANDIDATES = ['postgres', 'nobody'] as const;

/**
 * The account that PostgreSQL's programs must run as: undefined for an ordinary user (ourselves).
 *
 * As root it is the owner of `home` where that is another user, else `postgres`, else `nobody`, who
 * then becomes its owner. `program` is one of the programs: both must be reachable for the account.
 * Throws `data-folder-closed`, `no-postgres-account` or `postgres-unreachable`.
 */
export async function postgresAccount(program: string, home: string): Promise<Account | undefined> {
  const me = process.getuid?.();
  const owner = await stat(home);
  if (me !== undefined && me !== 0 && me !== owner.uid) {
    const message = `${home} belongs to user ${owner.uid}; start as that user or set DATABASE_URL`;
    throw new DomainError('data-folder-closed', message);
  }
  if (me !== 0) return undefined;
  const account =
    owner.uid === 0
      ? await candidate()
      : { name: `user ${owner.uid}`, uid: owner.uid, gid: owner.gid };
  if (owner.uid === 0) await chown(home, account.uid, account.gid);
  for (const become of ['spawn', 'setpriv'] as const) {
    if (await reaches({ ...account, become }, program, home)) return { ...account, become };
  }
  throw new DomainError(
    'postgres-unreachable',
    `PostgreSQL does not run as root, and the account it would run as (${account.name}) cannot ` +
      `reach ${program} or ${home}. Move the project or THROUGHLINE_DATA_DIR out of the closed ` +
      'folder (often /root), open it with chmod o+x, install util-linux (setpriv), start as an ' +
      'ordinary user, or set DATABASE_URL.',
  );
}

async function candidate(): Promise<Omit<Account, 'become'>> {
  const lines = (await readFile('/etc/passwd', 'utf8').catch(() => '')).split('\n');
  for (const name of CANDIDATES) {
    const fields = lines.map((line) => line.split(':')).find((field) => field[0] === name);
    const [uid, gid] = [Number(fields?.[2]), Number(fields?.[3])];
    // A negative id is macOS's way to write nobody; spawn takes none.
    if (uid > 0 && gid >= 0) return { name, uid, gid };
  }
  throw new DomainError(
    'no-postgres-account',
    'PostgreSQL does not run as root, and neither postgres nor nobody is in /etc/passwd; ' +
      'start as an ordinary user or set DATABASE_URL.',
  );
}

/** Tried for real: modes, mounts, ACLs and security modules all have a say. */
async function reaches(account: Account, program: string, home: string): Promise<boolean> {
  try {
    const runs = await runProgram(program, ['--version'], account);
    if (runs.code !== 0) return false;
    const writes = await runProgram(
      '/bin/sh',
      ['-c', 'test -w "$1" && test -x "$1"', '-', home],
      account,
    );
    return writes.code === 0;
  } catch {
    // No setpriv here, or it may not be used.
    return false;
  }
}
