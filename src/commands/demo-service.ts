import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

import { parseConfig } from '../app/config.js';
import { DomainError } from '../core/errors/domain-error.js';

/** A service that the demo can feed. */
export interface RunningService {
  readonly url: string;
  /** Resolves when a service that was started for the demo has stopped; at once for any other. */
  untilStopped(): Promise<void>;
}

const PATIENCE_MS = 120_000;

async function isReady(url: string): Promise<boolean> {
  try {
    return (await fetch(`${url}/readyz`, { signal: AbortSignal.timeout(2000) })).ok;
  } catch {
    return false;
  }
}

/** The service that is running, else one of our own. */
export async function serviceForDemo(env: NodeJS.ProcessEnv): Promise<RunningService> {
  const { url } = parseConfig(env);
  if (await isReady(url)) return { url, untilStopped: () => Promise.resolve() };
  const cli = fileURLToPath(new URL('../cli.js', import.meta.url));
  const child = spawn(process.execPath, ['--max-semi-space-size=64', cli, 'start'], {
    // What it says is not the demo's answer.
    stdio: ['ignore', process.stderr.fd, 'inherit'],
  });
  const exited = once(child, 'exit');
  // Ctrl-C reaches the child too: it stops in good order, and we wait for it.
  process.on('SIGINT', () => undefined);
  process.on('SIGTERM', () => child.kill('SIGTERM'));
  const deadline = Date.now() + PATIENCE_MS;
  while (!(await isReady(url))) {
    if (child.exitCode !== null || Date.now() > deadline) {
      child.kill();
      throw new DomainError('no-service', 'the service did not start; see above');
    }
    await sleep(250);
  }
  return {
    url,
    async untilStopped() {
      process.stderr.write('The service goes on; Ctrl-C stops it.\n');
      await exited;
    },
  };
}
