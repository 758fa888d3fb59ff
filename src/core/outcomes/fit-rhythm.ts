import { fitLevels, inSeason, type Levels } from './fit-levels.js';
import {
  isSameCourse,
  levelCourse,
  tellsSeason,
  type HourCount,
  type LevelCourse,
} from './level-course.js';
import { shrunkRatios, type CellCount, type ShrunkRatios } from './shrunk-ratios.js';
import { HOURS_OF_WEEK, hourOfWeek, levelAt, type WeeklyRhythm } from './weekly-rhythm.js';

export interface FittedRhythm extends WeeklyRhythm {
  readonly seasonality: 'hour-of-week' | 'hour-of-day' | 'flat';
  /** Relative variance from hour to hour beyond chance. */
  readonly within: number;
  readonly course: LevelCourse;
}

const PASSES = 3;
/** Deviations beyond this many standard deviations are cut back to it (Huber 1964). */
const CUT = 3;

interface Known {
  readonly course: LevelCourse;
  /** Variance of a count by chance, relative to its mean. */
  readonly chance: number;
}

interface Tiers {
  readonly season: readonly number[];
  readonly ofDay: ShrunkRatios;
  readonly ofWeek: ShrunkRatios;
}

function fitSeason(hours: readonly HourCount[], levels: Levels, { course, chance }: Known): Tiers {
  const telling = hours.filter(({ at }) => tellsSeason(course, at));
  const cells = (cellOf: (hour: number) => number, base: (hour: number) => number): CellCount[] =>
    telling.map(({ at, count, exposure }) => {
      const hour = hourOfWeek(at);
      const expected = exposure * levelAt(levels, at) * base(hour);
      return { cell: cellOf(hour), count, expected, chance: expected * chance };
    });
  const ofDay = shrunkRatios(
    cells(
      (hour) => hour % 24,
      () => 1,
    ),
    24,
  );
  const dayFactor = (hour: number): number => ofDay.ratios[hour % 24] ?? 1;
  const ofWeek = shrunkRatios(
    cells((hour) => hour, dayFactor),
    HOURS_OF_WEEK,
  );
  // Without repeats of an hour of the week, its own figure is not told from chance.
  const season = ofWeek.ratios.map(
    (ratio, hour) => dayFactor(hour) * (ofWeek.within === null ? 1 : ratio),
  );
  const mean = season.reduce((sum, factor) => sum + factor, 0) / HOURS_OF_WEEK;
  return { season: season.map((factor) => factor / mean), ofDay, ofWeek };
}

function seasonalityOf({ ofDay, ofWeek }: Tiers): FittedRhythm['seasonality'] {
  if (ofWeek.within !== null && ofWeek.trust.some((own) => own > 0)) return 'hour-of-week';
  return ofDay.trust.some((own) => own > 0) ? 'hour-of-day' : 'flat';
}

/**
 * Fits season and level by turns, deviations cut back between passes so that trouble that no one
 * marked does not become usual. `binomial` counts are out of their exposure, others are Poisson.
 * `shape` is the season of the whole that this is a part of, to which it is pulled.
 */
export function fitRhythm(
  hours: readonly HourCount[],
  binomial: boolean,
  shape: readonly number[] = [],
): FittedRhythm {
  const base = Array.from({ length: HOURS_OF_WEEK }, (_, hour) => shape[hour] ?? 1);
  const scaled = hours.map((hour) => ({
    ...hour,
    exposure: hour.exposure * (base[hourOfWeek(hour.at)] ?? 1),
  }));
  const total = hours.reduce((sum, hour) => sum + hour.count, 0);
  const out = hours.reduce((sum, hour) => sum + hour.exposure, 0);
  const chance = binomial ? Math.max(0.01, 1 - total / Math.max(out, 1)) : 1;
  let calm: readonly HourCount[] = scaled;
  let season: readonly number[] = new Array<number>(HOURS_OF_WEEK).fill(1);
  // Before the season is known, a day far off may be how its weekday is.
  let course: LevelCourse = { ...levelCourse(scaled, chance), strayDays: [] };
  let levels = fitLevels(calm, season, course);
  let tiers = fitSeason(calm, levels, { course, chance });
  for (let pass = 0; pass < PASSES; pass += 1) {
    season = tiers.season;
    const known = course;
    course = levelCourse(inSeason(scaled, season), chance);
    // Counts cut back to what was taken for usual would say so again.
    if (!isSameCourse(course, known)) levels = fitLevels(scaled, season, course);
    const within = tiers.ofWeek.within ?? tiers.ofDay.within ?? 0.04;
    calm = scaled.map((hour) => {
      const mean = hour.exposure * levelAt(levels, hour.at) * (season[hourOfWeek(hour.at)] ?? 1);
      const reach = CUT * Math.sqrt(mean * chance + mean * mean * within);
      return { ...hour, count: Math.min(Math.max(hour.count, mean - reach), mean + reach) };
    });
    levels = fitLevels(calm, season, course);
    tiers = fitSeason(calm, levels, { course, chance });
  }
  const weekly = tiers.ofWeek.within !== null;
  return {
    ...levels,
    course,
    season: season.map((factor, hour) => factor * (base[hour] ?? 1)),
    seen: tiers.ofWeek.seen,
    leverage: tiers.ofWeek.trust.map((own, hour) =>
      weekly ? own / Math.max(1, tiers.ofWeek.seen[hour] ?? 1) : 0,
    ),
    seasonality: seasonalityOf(tiers),
    within: tiers.ofWeek.within ?? tiers.ofDay.within ?? 0.01,
  };
}
