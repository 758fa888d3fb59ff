/** Why the process is to stop, and a way to hear of impatience. */
export interface StopRequest {
  /** Resolves at the first request, with its reason. */
  readonly requested: Promise<string>;
  /** Calls back at every further one: the drain takes somebody too long. */
  onImpatience(callback: () => void): void;
}

/**
 * Listens for the end: SIGTERM, SIGINT, SIGHUP, or a parent that disconnects or dies.
 *
 * A child of `start` leaves SIGINT and SIGHUP to its parent: a terminal sends them to both, and
 * the parent stops its children when the requests that need them have been answered.
 */
export function listenForStop(): StopRequest {
  const impatient: (() => void)[] = [];
  let first: ((reason: string) => void) | undefined;
  const requested = new Promise<string>((resolve) => (first = resolve));
  const hear = (reason: string): void => {
    if (first === undefined) for (const callback of impatient) callback();
    first?.(reason);
    first = undefined;
  };
  const isChild = process.send !== undefined;
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) {
    process.on(signal, () => {
      if (signal === 'SIGTERM' || !isChild) hear(signal);
    });
  }
  if (isChild) {
    // It may have gone while our modules were being loaded.
    if (!process.connected) hear('the parent is gone');
    process.once('disconnect', () => {
      hear('the parent is gone');
    });
  }
  return { requested, onImpatience: (callback) => void impatient.push(callback) };
}
