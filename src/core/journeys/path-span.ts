import type { Duration, Instant } from '../telemetry/time.js';

/** A stretch of time, both ends included. */
export interface Span {
  readonly from: Instant;
  readonly to: Instant;
}

/**
 * The stretch of an actor's path that tells what arrivals change. A gap longer than the window ends
 * every attempt, so that attempts on both sides of it know nothing of each other: the path must be
 * known from one such gap before the arrivals to one after them.
 *
 * @param times when the actor did something in `known`, ascending
 * @returns `known` where it reaches that far, else a wider stretch to look at
 */
export function spanNeeded(
  times: readonly Instant[],
  arrivals: Span,
  window: Duration,
  known: Span,
): Span {
  let { from, to } = arrivals;
  for (let i = times.length - 1; i >= 0; i -= 1) {
    const at = times[i] ?? -Infinity;
    if (at < from && from - at <= window) from = at;
  }
  for (const at of times) {
    if (at > to && at - to <= window) to = at;
  }
  return {
    from: known.from <= from - window ? known.from : from - 4 * window,
    to: known.to >= to + window ? known.to : to + 4 * window,
  };
}
