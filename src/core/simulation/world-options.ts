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
  /** A moment from which on nothing is told, though the world goes on to its end; its end where absent. */
  readonly toldUntil?: Instant | undefined;
}

/** The first moment after the world. */
export function endOf({ start, days }: WorldOptions): Instant {
  return start + days * DAY;
}

/** Of what is received from then on nothing is told. */
export function silentFrom(options: WorldOptions): Instant {
  return Math.min(endOf(options), options.toldUntil ?? Infinity);
}
