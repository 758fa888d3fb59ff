import { setTimeout as sleep } from 'node:timers/promises';

/** Patience is spent a step at a time: a process that computes for seconds hears nothing meanwhile. */
const STEP_MS = 50;

async function pass(milliseconds: number, signal: AbortSignal): Promise<void> {
  for (let spent = 0; spent < milliseconds; spent += STEP_MS) {
    await sleep(Math.min(STEP_MS, milliseconds - spent), undefined, { signal });
  }
}

/**
 * A promise's value, or the fallback's where it takes longer than so many milliseconds, those not
 * counted in which this process itself was busy and could not have heard.
 */
export async function within<T>(
  promise: Promise<T>,
  milliseconds: number,
  late: () => T,
): Promise<T> {
  const timer = new AbortController();
  const passed = pass(milliseconds, timer.signal);
  try {
    return await Promise.race([promise, passed.then(late)]);
  } finally {
    timer.abort();
    passed.catch(() => undefined);
    promise.catch(() => undefined);
  }
}
