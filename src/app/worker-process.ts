import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';

const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 30_000;
/** A worker that ran this long was well: the next pause is the first one again. */
const WELL_AFTER_MS = 60_000;

/** What is told of a worker that ended unasked. */
export interface WorkerCrash {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly restartInMs: number;
}

/** A worker process that is kept alive until it is stopped. */
export interface WorkerProcess {
  /** Lets it finish its jobs, and ends it after `graceMs`. */
  stop(graceMs: number): Promise<void>;
  /** Ends it at once. */
  kill(): void;
}

/** Forks a script and forks it again whenever it ends, after pauses that double. */
export function keepWorker(
  script: string,
  env: NodeJS.ProcessEnv,
  onCrash: (crash: WorkerCrash) => void,
): WorkerProcess {
  let child: ChildProcess | undefined;
  let restart: NodeJS.Timeout | undefined;
  let pauseMs = FIRST_PAUSE_MS;
  let isStopping = false;
  const start = (): void => {
    const startedAt = Date.now();
    const started = fork(script, { env });
    child = started;
    // A script that cannot be forked at all ends like one that crashed.
    started.once('error', () => started.emit('exit', null, null));
    started.once('exit', (code, signal) => {
      if (isStopping) return;
      if (Date.now() - startedAt > WELL_AFTER_MS) pauseMs = FIRST_PAUSE_MS;
      onCrash({ code, signal, restartInMs: pauseMs });
      restart = setTimeout(start, pauseMs);
      pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS);
    });
  };
  start();
  return {
    async stop(graceMs) {
      isStopping = true;
      clearTimeout(restart);
      if (child !== undefined) await end(child, graceMs);
    },
    kill() {
      isStopping = true;
      clearTimeout(restart);
      child?.kill('SIGKILL');
    },
  };
}

/** It hears of its end by the closed channel, which also reaches it when we are killed. */
async function end(child: ChildProcess, graceMs: number): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  if (child.connected) child.disconnect();
  const timer = new AbortController();
  const late = sleep(graceMs, true, { signal: timer.signal }).catch(() => false);
  if (await Promise.race([exited.then(() => false), late])) child.kill('SIGKILL');
  timer.abort();
  await exited;
}
