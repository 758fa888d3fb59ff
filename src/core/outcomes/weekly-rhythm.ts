import { DAY, HOUR, type Instant } from '../telemetry/time.js';

export const HOURS_OF_WEEK = 168;

/** 0 at Monday 00:00 UTC to 167: the epoch was a Thursday. */
export function hourOfWeek(at: Instant): number {
  return ofWeek(Math.floor(at / HOUR));
}

const HOURS_SINCE_MONDAY = (3 * DAY) / HOUR;

function ofWeek(hourFromEpoch: number): number {
  const hour = (hourFromEpoch + HOURS_SINCE_MONDAY) % HOURS_OF_WEEK;
  return (hour + HOURS_OF_WEEK) % HOURS_OF_WEEK;
}

/** What is usual: a factor per hour of the week (mean about 1) on a level that drifts by the day. */
export interface WeeklyRhythm {
  readonly season: readonly number[];
  /** How many hours of history each factor rests on. */
  readonly seen: readonly number[];
  /** Share of its own factor that one hour of history makes up: the optimism of a residual. */
  readonly leverage: readonly number[];
  readonly origin: Instant;
  /** The level known at the start of each day from the origin on; the last one holds ever after. */
  readonly levels: readonly number[];
}

/** The level known at the start of the day of the moment. */
export function levelAt(rhythm: Pick<WeeklyRhythm, 'origin' | 'levels'>, at: Instant): number {
  const day = Math.floor((at - rhythm.origin) / DAY);
  return rhythm.levels[Math.min(Math.max(day, 0), rhythm.levels.length - 1)] ?? 0;
}

/** The usual figure at a moment, the season drawn linearly between the middles of the hours. */
export function usualAt(rhythm: WeeklyRhythm, at: Instant): number {
  const position = (at - HOUR / 2) / HOUR;
  const before = Math.floor(position);
  const share = position - before;
  const left = rhythm.season[ofWeek(before)] ?? 1;
  const right = share > 0 ? (rhythm.season[ofWeek(before + 1)] ?? 1) : left;
  return levelAt(rhythm, at) * (left + share * (right - left));
}
