import { spawn } from 'node:child_process';

/** The operating system's account for PostgreSQL's programs, and how to become it. */
export interface Account {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
  /** `spawn` switches user; `setpriv` also keeps the right to pass closed folders. */
  readonly become: 'spawn' | 'setpriv';
}

/** How a program ended; `code` is null when a signal ended it. */
export interface Ended {
  readonly code: number | null;
  readonly output: string;
}

/** `CAP_DAC_OVERRIDE` and its reading half: pass folders that belong to root alone. */
const CAPABILITIES = '+dac_override,+dac_read_search';

/** Runs one PostgreSQL program to its end, as the given account or as ourselves. */
export function runProgram(
  program: string,
  args: readonly string[],
  account: Account | undefined,
): Promise<Ended> {
  const [command, rest] =
    account?.become === 'setpriv' ? [`setpriv`, setpriv(account, program, args)] : [program, args];
  const identity = account?.become === 'spawn' ? { uid: account.uid, gid: account.gid } : {};
  return new Promise((resolve, reject) => {
    const child = spawn(command, rest, {
      ...identity,
      // The folder that we stand in may be closed to that account.
      cwd: process.platform === 'win32' ? undefined : '/',
      env: environment(),
      stdio: ['ignore', 'pipe', 'pipe'],
      windowsHide: true,
    });
    let output = '';
    const collect = (chunk: Buffer): void => {
      output += chunk.toString('utf8');
    };
    child.stdout.on('data', collect);
    child.stderr.on('data', collect);
    child.on('error', reject);
    child.on('close', (code) => {
      resolve({ code, output: output.trim() });
    });
  });
}

function setpriv(account: Account, program: string, args: readonly string[]): string[] {
  return [
    `--reuid=${account.uid}`,
    `--regid=${account.gid}`,
    '--clear-groups',
    `--inh-caps=${CAPABILITIES}`,
    `--ambient-caps=${CAPABILITIES}`,
    // Without it access(2), by which PostgreSQL finds its own programs, ignores the capabilities.
    '--securebits=+no_setuid_fixup',
    program,
    ...args,
  ];
}

/** PG… variables of the user's own tools would steer our server; messages are matched in English. */
function environment(): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(([name]) => !/^(PG|LC_|LANG)/.test(name));
  return { ...Object.fromEntries(kept), LC_ALL: 'C' };
}
