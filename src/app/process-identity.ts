import { readFileSync } from 'node:fs';
import { errorCode } from './error-code.js';

/**
 * What tells a process from a later one with the same pid, or undefined when no such process lives.
 *
 * On Linux it is the start time: containers reuse small pids at every restart. Elsewhere it is
 * 'unknown', and the pid alone must do. A zombie counts as dead: where nobody reaps orphans
 * (Node as pid 1 of a container) it would look alive for ever.
 */
export function processIdentity(pid: number): string | undefined {
  try {
    process.kill(pid, 0);
  } catch (error) {
    // EPERM: it lives, under another user.
    if (errorCode(error) !== 'EPERM') return undefined;
  }
  if (process.platform !== 'linux') return 'unknown';
  return identityFromProc(pid);
}

function identityFromProc(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name, in parentheses, may hold spaces: fields are counted after it (proc_pid_stat(5)).
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields[0] === 'Z' || fields[0] === 'X' ? undefined : fields[19];
  } catch {
    return undefined;
  }
}
