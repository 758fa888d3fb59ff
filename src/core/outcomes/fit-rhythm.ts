import { DAY, bucketStart, type Instant } from '../telemetry/time.js';
import { shrunkRatios, type CellCount, type ShrunkRatios } from './shrunk-ratios.js';
import { HOURS_OF_WEEK, hourOfWeek, levelAt, type WeeklyRhythm } from './weekly-rhythm.js';

/** One hour of history: entries per bucket, or conversions per entrant. */
export interface HourCount {
  readonly at: Instant;
  readonly count: number;
  /** Buckets (of entries) or entrants (of conversions) that the count is out of. */
  readonly exposure: number;
}

export interface FittedRhythm extends WeeklyRhythm {
  readonly seasonality: 'hour-of-week' | 'hour-of-day' | 'flat';
  /** Relative variance from hour to hour beyond chance. */
  readonly within: number;
}

/** Days after which the level has forgotten half of what it knew. */
const HALF_LIFE_DAYS = 3;
const PASSES = 3;
/** Deviations beyond this many standard deviations are cut back to it (Huber 1964). */
const CUT = 3;

type Levels = Pick<WeeklyRhythm, 'origin' | 'levels'>;

interface DayCount {
  count: number;
  exposure: number;
}

function countsByDay(
  hours: readonly HourCount[],
  season: readonly number[],
  origin: Instant,
): DayCount[] {
  const last = hours.at(-1)?.at ?? origin;
  const days = Array.from({ length: Math.floor((last - origin) / DAY) + 1 }, () => ({
    count: 0,
    exposure: 0,
  }));
  for (const { at, count, exposure } of hours) {
    const day = days[Math.floor((at - origin) / DAY)];
    if (!day) continue;
    day.count += count;
    day.exposure += exposure * (season[hourOfWeek(at)] ?? 1);
  }
  return days;
}

function fitLevels(hours: readonly HourCount[], season: readonly number[]): Levels {
  const origin = bucketStart(hours[0]?.at ?? 0, DAY);
  const days = countsByDay(hours, season, origin);
  const decay = 0.5 ** (1 / HALF_LIFE_DAYS);
  let [count, exposure] = [0, 0];
  const known = days.map((day) => {
    count = count * decay + day.count;
    exposure = exposure * decay + day.exposure;
    return exposure > 0 ? count / exposure : 0;
  });
  // Each day starts with what the days before it say; before them the first explains itself.
  return { origin, levels: [known[0] ?? 0, ...known] };
}

interface Tiers {
  readonly season: readonly number[];
  readonly ofDay: ShrunkRatios;
  readonly ofWeek: ShrunkRatios;
}

function fitSeason(hours: readonly HourCount[], levels: Levels, chance: number): Tiers {
  const cells = (cellOf: (hour: number) => number, base: (hour: number) => number): CellCount[] =>
    hours.map(({ at, count, exposure }) => {
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
  let levels = fitLevels(calm, season);
  let tiers = fitSeason(calm, levels, chance);
  for (let pass = 0; pass < PASSES; pass += 1) {
    season = tiers.season;
    const within = tiers.ofWeek.within ?? tiers.ofDay.within ?? 0.04;
    calm = scaled.map((hour) => {
      const mean = hour.exposure * levelAt(levels, hour.at) * (season[hourOfWeek(hour.at)] ?? 1);
      const reach = CUT * Math.sqrt(mean * chance + mean * mean * within);
      return { ...hour, count: Math.min(Math.max(hour.count, mean - reach), mean + reach) };
    });
    levels = fitLevels(calm, season);
    tiers = fitSeason(calm, levels, chance);
  }
  const weekly = tiers.ofWeek.within !== null;
  return {
    ...levels,
    season: season.map((factor, hour) => factor * (base[hour] ?? 1)),
    seen: tiers.ofWeek.seen,
    leverage: tiers.ofWeek.trust.map((own, hour) =>
      weekly ? own / Math.max(1, tiers.ofWeek.seen[hour] ?? 1) : 0,
    ),
    seasonality: seasonalityOf(tiers),
    within: tiers.ofWeek.within ?? tiers.ofDay.within ?? 0.01,
  };
}
