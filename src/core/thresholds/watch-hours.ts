import type { Instant } from '../telemetry/time.js';
import { DAY, HOUR } from '../telemetry/time.js';
import type { Evaluations } from './evaluations.js';

/** When a rule watches: days of the week (0 is Sunday) and hours of the day, both UTC. */
export interface WatchHours {
  readonly days: readonly number[];
  /** From this hour, 0..23 … */
  readonly from: number;
  /** … to the start of this one, 1..24. */
  readonly to: number;
}

/** Whether a moment lies in the hours. */
export function isWatched(at: Instant, { days, from, to }: WatchHours): boolean {
  // 1970 began on a Thursday.
  const day = (Math.floor(at / DAY) + 4) % 7;
  const hour = Math.floor((at % DAY) / HOUR);
  return days.includes(day) && hour >= from && hour < to;
}

/** What a rule sees that has nothing to compare outside its hours. */
export function withinHours({ at, values }: Evaluations, hours: WatchHours): Evaluations {
  return {
    at,
    values: values.map((value, k) => (isWatched(at[k] ?? 0, hours) ? value : Number.NaN)),
  };
}
