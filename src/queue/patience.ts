import { setTimeout as sleep } from 'node:timers/promises';

/** A promise's value, or the fallback's where it takes longer than so many milliseconds. */
export async function within<T>(
  promise: Promise<T>,
  milliseconds: number,
  late: () => T,
): Promise<T> {
  const timer = new AbortController();
  const passed = sleep(milliseconds, undefined, { signal: timer.signal });
  try {
    return await Promise.race([promise, passed.then(late)]);
  } finally {
    timer.abort();
    passed.catch(() => undefined);
    promise.catch(() => undefined);
  }
}
