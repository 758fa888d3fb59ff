import type { Instant } from '../telemetry/time.js';
import { DAY } from '../telemetry/time.js';

/** What a simulated world is made from: the same options give the same bytes. */
export interface WorldOptions {
  /** Whole days, at least 1. */
  readonly days: number;
  readonly seed: number;
  readonly start: Instant;
  /** Traffic against the default of about five thousand attempts a day. */
  readonly scale: number;
}

/** The first moment after the world: nothing is received from then on. */
export function endOf({ start, days }: WorldOptions): Instant {
  return start + days * DAY;
}
