import { DAY, bucketStart } from '../telemetry/time.js';
import { sumByDay, tellsLevel, type HourCount, type LevelCourse } from './level-course.js';
import { QUIET } from './level-path.js';
import { hourOfWeek, type WeeklyRhythm } from './weekly-rhythm.js';

/** Days after which the level has forgotten half of what it knew. */
const HALF_LIFE_DAYS = 3;

export type Levels = Pick<WeeklyRhythm, 'origin' | 'levels'>;

/** The hours out of what they would be out of, were each like the whole week. */
export function inSeason(hours: readonly HourCount[], season: readonly number[]): HourCount[] {
  return hours.map((hour) => ({
    ...hour,
    exposure: hour.exposure * (season[hourOfWeek(hour.at)] ?? 1),
  }));
}

interface KnownLevel {
  /** By the end of the day; null where nothing of the regime has been seen. */
  readonly level: number | null;
  /** The days before it say hardly anything. */
  readonly explainsItself: boolean;
}

/** Each day starts with what the days before it say; where they say hardly anything, with its own. */
function levelsAtStarts(known: readonly KnownLevel[]): number[] {
  const levels: number[] = [known.at(-1)?.level ?? 0];
  known.toReversed().forEach(({ level, explainsItself }, i) => {
    const before = explainsItself ? null : known.at(-2 - i)?.level;
    levels.push(before ?? level ?? levels.at(-1) ?? 0);
  });
  return levels.toReversed();
}

/** Exponentially weighted levels, anew from the start of each regime on; days by the way left out. */
export function fitLevels(
  hours: readonly HourCount[],
  season: readonly number[],
  course: LevelCourse,
): Levels {
  const origin = bucketStart(hours[0]?.at ?? 0, DAY);
  const own = hours.map((hour) =>
    tellsLevel(course, hour.at) ? hour : { ...hour, count: 0, exposure: 0 },
  );
  const begins = new Set(course.regimes.map(({ startedAt }) => bucketStart(startedAt, DAY)));
  const decay = 0.5 ** (1 / HALF_LIFE_DAYS);
  let [count, exposure] = [0, 0];
  const known = sumByDay(inSeason(own, season), origin).map((day, i) => {
    const kept = begins.has(origin + i * DAY) ? 0 : decay;
    const explainsItself = QUIET * exposure * kept < day.exposure;
    count = count * kept + day.count;
    exposure = exposure * kept + day.exposure;
    return { level: exposure > 0 ? count / exposure : null, explainsItself };
  });
  return { origin, levels: levelsAtStarts(known) };
}
