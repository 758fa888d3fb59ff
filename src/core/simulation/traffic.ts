import { DAY, HOUR } from '../telemetry/time.js';
import type { Instant } from '../telemetry/time.js';
import { normal } from '../statistics/random.js';
import { JOURNEYS } from './simulated-journeys.js';
import { randomStream } from './random-stream.js';
import type { WorldOptions } from './world-options.js';

/** A benign surge of visitors. */
export interface FlashSale {
  readonly id: string;
  readonly startedAt: Instant;
  readonly endedAt: Instant;
  /** Further checkout attempts, relative to the usual number. */
  readonly extra: number;
}

/** Attempts that set out, in expectation. */
export interface Traffic {
  /** Usual attempts per millisecond on a journey (by its index). */
  readonly usual: (journey: number, at: Instant) => number;
  /** Further attempts per millisecond that flash sales bring. */
  readonly surge: (journey: number, at: Instant) => number;
  /** Load of the shop against an ordinary evening peak; above 1 during a sale at peak. */
  readonly load: (at: Instant) => number;
}

/** Attempts by hour of the day (UTC), mean 1: night, office hours, an evening peak. */
const HOURS = [
  0.26, 0.16, 0.1, 0.08, 0.09, 0.15, 0.34, 0.66, 0.95, 1.12, 1.2, 1.27, 1.32, 1.22, 1.15, 1.14,
  1.22, 1.4, 1.68, 1.92, 1.98, 1.66, 1.07, 0.56,
];
const GROWTH_PER_DAY = 0.0012;
const HOUR_NOISE = 0.06;
const DAY_NOISE = 0.04;
const MEAN_HOUR = HOURS.reduce((sum, share) => sum + share, 0) / HOURS.length;
const PEAK = Math.max(...HOURS) / MEAN_HOUR;

/** Share of the mean at that time of day: linear between the middles of the hours. */
export function dayRhythm(at: Instant): number {
  const place = (at % DAY) / HOUR - 0.5;
  const hour = Math.floor(place);
  const next = place - hour;
  const before = HOURS[(hour + 24) % 24] ?? 1;
  const after = HOURS[(hour + 1) % 24] ?? 1;
  return (before * (1 - next) + after * next) / MEAN_HOUR;
}

function weekday(at: Instant): number {
  // 1970-01-01 was a Thursday.
  return (Math.floor(at / DAY) + 3) % 7;
}

/** exp(noise) by hour, with a part that the whole day shares; one array per journey. */
function hourNoise({ seed, days }: WorldOptions, journey: string): Float64Array {
  const random = randomStream(seed, `rhythm/${journey}`);
  const noise = new Float64Array((days + 2) * 24);
  for (let day = 0; day < days + 2; day += 1) {
    const shared = DAY_NOISE * normal(random);
    for (let hour = 0; hour < 24; hour += 1) {
      noise[day * 24 + hour] = Math.exp(shared + HOUR_NOISE * normal(random));
    }
  }
  return noise;
}

/** The traffic of a world: day and week rhythm, slow growth, noise by hour and day, flash sales. */
export function trafficOf(options: WorldOptions, sales: readonly FlashSale[]): Traffic {
  const { start, scale } = options;
  const noises = JOURNEYS.map(({ key }) => hourNoise(options, key));
  const usual = (journey: number, at: Instant): number => {
    const behaviour = JOURNEYS[journey];
    if (behaviour === undefined) return 0;
    const noise = noises[journey]?.[Math.max(0, Math.floor((at - start) / HOUR))] ?? 1;
    const growth = 1 + (GROWTH_PER_DAY * (at - start)) / DAY;
    const week = behaviour.weekdays[weekday(at)] ?? 1;
    return (scale * behaviour.attemptsPerDay * week * dayRhythm(at) * growth * noise) / DAY;
  };
  const extra = (at: Instant): number => {
    const sale = sales.find(({ startedAt, endedAt }) => at >= startedAt && at < endedAt);
    return sale?.extra ?? 0;
  };
  return {
    usual,
    surge: (journey, at) => (journey === 0 ? extra(at) * usual(journey, at) : 0),
    load: (at) => (dayRhythm(at) / PEAK) * (1 + extra(at)),
  };
}
