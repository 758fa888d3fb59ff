import type { Duration, Instant } from '../telemetry/time.js';
import { DAY } from '../telemetry/time.js';

/** What a simulated world is made from: the same options give the same bytes. */
export interface WorldOptions {
  /** Whole days, at least 1. */
  readonly days: number;
  readonly seed: number;
  readonly start: Instant;
  /** Traffic against the default of about five thousand attempts a day. */
  readonly scale: number;
  /** Faults and false alarms against the default of about eight anomalies a day; 1 where absent. */
  readonly trouble?: number | undefined;
  /** From the start to the day on which one service's alerts change their meaning; never where absent. */
  readonly driftAt?: Duration | undefined;
}

/** The first moment after the world: nothing is received from then on. */
export function endOf({ start, days }: WorldOptions): Instant {
  return start + days * DAY;
}
