import { DAY, HOUR, bucketStart, type Duration, type Instant } from '../telemetry/time.js';
import { QUIET, RISE, costOf, levelPath, type CountedOutOf, type DayOfPath } from './level-path.js';

/** One hour of history: entries per bucket, or conversions per entrant. */
export interface HourCount extends CountedOutOf {
  readonly at: Instant;
  /** Buckets (of entries) or entrants (of conversions) that the count is out of. */
  readonly exposure: number;
}

/** A stretch of history in which one thing was usual, to the start of the next. */
export interface Regime {
  readonly startedAt: Instant;
  /** The level, nearly, at its end. */
  readonly level: number;
}

/** What of history is of the present level, as plain data. */
export interface LevelCourse {
  /** In the order of time; the last one is the present. */
  readonly regimes: readonly Regime[];
  /** Starts of days by the way: far off the level, unlike others of their weekday. */
  readonly strayDays: readonly Instant[];
  /** How many times the level it may be as well: as before it rose lately, as the last days are. */
  readonly mayBe: readonly [number, number];
}

/** For so long, what has come up may go again. */
const LATELY: Duration = 7 * DAY;

/** Relative variance of an hour whose season is not known yet. */
const HOUR_VARIANCE = 0.25;

/**
 * The hour of the two days around a change that parts them best; undefined where a few hours make up
 * all of it.
 */
function changeAt(
  hours: readonly HourCount[],
  [before, after]: readonly [number, number],
  chance: number,
): Instant | undefined {
  const noise = { chance, variance: HOUR_VARIANCE };
  let [gained, most, at] = [0, 0, hours[0]?.at];
  for (const hour of hours) {
    gained += costOf(hour, after, noise) - costOf(hour, before, noise);
    if (gained > most) [most, at] = [gained, hour.at + HOUR];
  }
  return most - gained < RISE ? undefined : at;
}

/** The counts of each day from the origin on. */
export function sumByDay(hours: readonly HourCount[], origin: Instant): CountedOutOf[] {
  const last = hours.at(-1)?.at ?? origin;
  const days = Array.from({ length: Math.floor((last - origin) / DAY) + 1 }, () => ({
    count: 0,
    exposure: 0,
  }));
  for (const { at, count, exposure } of hours) {
    const day = days[Math.floor((at - origin) / DAY)];
    if (!day) continue;
    day.count += count;
    day.exposure += exposure;
  }
  return days;
}

function regimesOf(
  hours: readonly HourCount[],
  path: readonly DayOfPath[],
  chance: number,
): Regime[] {
  const origin = dayOf(hours[0]?.at ?? 0);
  const starts = path.flatMap(({ changed }, day) => (changed ? [day] : []));
  const levelBefore = (day = path.length): number => path[day - 1]?.level ?? 0;
  const first = { startedAt: origin, level: levelBefore(starts[0]) };
  const later = starts.flatMap((day, i) => {
    const [from, to] = [origin + (day - 1) * DAY, origin + (day + 1) * DAY];
    const around = hours.filter(({ at }) => at >= from && at < to);
    const startedAt = changeAt(around, [levelBefore(day), path[day]?.level ?? 0], chance);
    return startedAt === undefined ? [] : [{ startedAt, level: levelBefore(starts[i + 1]) }];
  });
  return [first, ...later];
}

/** How many of the last days all lie far off to one side. */
function lastDays(path: readonly DayOfPath[], side: -1 | 1): number {
  return path.length - 1 - path.findLastIndex(({ strays }) => strays !== side);
}

/** How many times the level the last days are, where all of them lie far above it. */
function highest(days: readonly CountedOutOf[], path: readonly DayOfPath[]): number {
  const above = days.slice(days.length - lastDays(path, 1));
  const count = above.reduce((sum, day) => sum + day.count, 0);
  const usual = above.reduce((sum, day) => sum + day.exposure, 0) * (path.at(-1)?.level ?? 0);
  return usual > 0 ? Math.max(1, count / usual) : 1;
}

/** How many times the level it was before it rose, where it did so lately from what says something. */
function lowest(regimes: readonly Regime[], until: Instant): number {
  const [before, present] = [regimes.at(-2), regimes.at(-1)];
  if (!before || !present || until - present.startedAt > LATELY) return 1;
  return isQuiet(before, regimes) ? 1 : Math.min(1, before.level / present.level);
}

/** Whether so little was usual that it says nothing of the present. */
function isQuiet({ level }: Regime, regimes: readonly Regime[]): boolean {
  return level * QUIET < (regimes.at(-1)?.level ?? 0);
}

function weekdayOf(at: Instant): number {
  return Math.floor(at / DAY) % 7;
}

/** Days far off the level, in which nothing else began to be usual. */
function straysOf(
  days: readonly CountedOutOf[],
  path: readonly DayOfPath[],
  startOf: (day: number) => Instant,
): Instant[] {
  // What has been too low to the end may last: it is cut back, as trouble that no one marked is.
  const returned = path.length - lastDays(path, -1);
  const isStray = path.map(({ strays }, day) => strays !== 0 && day < returned);
  const known = path.map((_, day) => day).filter((day) => (days[day]?.exposure ?? 0) > 0);
  const usual = known.filter((day) => isStray[day] === false);
  const usualWeekdays = new Set(usual.map((day) => weekdayOf(startOf(day))));
  return known
    .filter((day) => isStray[day] === true)
    .map(startOf)
    .filter((at) => usualWeekdays.has(weekdayOf(at)));
}

/** What of the hours is of the present level: `exposure` counts their season. */
export function levelCourse(hours: readonly HourCount[], chance: number): LevelCourse {
  const origin = dayOf(hours[0]?.at ?? 0);
  const days = sumByDay(hours, origin);
  const path = levelPath(days, chance);
  const regimes = regimesOf(hours, path, chance);
  const begins = new Set(regimes.slice(1).map(({ startedAt }) => dayOf(startedAt)));
  const strays = straysOf(days, path, (day) => origin + day * DAY);
  return {
    regimes,
    strayDays: strays.filter((at) => !begins.has(at)),
    mayBe: [lowest(regimes, origin + days.length * DAY), highest(days, path)],
  };
}

/** Whether the hour is before a change in the course of its day: it is like no day. */
function isBeforeChange({ regimes }: LevelCourse, at: Instant): boolean {
  return regimes.some(({ startedAt }) => at < startedAt && dayOf(startedAt) === dayOf(at));
}

/** Whether the hour says what the level of its regime is. */
export function tellsLevel(course: LevelCourse, at: Instant): boolean {
  return !isBeforeChange(course, at) && !course.strayDays.includes(dayOf(at));
}

/** Whether the hour says how the level is spread over the week: where hardly anyone came it does not. */
export function tellsSeason(course: LevelCourse, at: Instant): boolean {
  const regime = course.regimes.findLast(({ startedAt }) => at >= startedAt);
  return !(regime && isQuiet(regime, course.regimes)) && tellsLevel(course, at);
}

/** Whether the hour says how far from usual the present is by itself. */
export function tellsExcess(course: LevelCourse, at: Instant): boolean {
  return at >= (course.regimes.at(-1)?.startedAt ?? at) && tellsLevel(course, at);
}

/** Whether the same was usual at the same times. */
export function isSameCourse(one: LevelCourse, other: LevelCourse): boolean {
  const key = ({ regimes, strayDays }: LevelCourse): string =>
    [...regimes.map(({ startedAt }) => startedAt), 'and', ...strayDays].join();
  return key(one) === key(other);
}

function dayOf(at: Instant): Instant {
  return bucketStart(at, DAY);
}
