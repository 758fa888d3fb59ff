import { gammaVariate } from '../../../src/core/statistics/gamma-variate.js';
import { seededRandom } from '../../../src/core/statistics/random.js';
import type { StageSeries } from '../../../src/core/outcomes/stage-series.js';
import { DAY, MINUTE, WEEK, type Instant } from '../../../src/core/telemetry/time.js';

/** 2026-03-02, a Monday. */
export const MONDAY: Instant = Date.UTC(2026, 2, 2);
const WIDTH = 5 * MINUTE;

export interface Drop {
  readonly from: Instant;
  readonly to: Instant;
  readonly rate?: number;
  readonly entries?: number;
}

export interface World {
  readonly days: number;
  /** Mean entries per five minutes. */
  readonly traffic: number;
  readonly rate?: number;
  readonly seed: number;
  /** Relative variance of entries from bucket to bucket. */
  readonly noise?: number;
  readonly drops?: readonly Drop[];
}

function normal(random: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

/** Rounded normal draws where they are close, exact ones elsewhere. */
function poisson(mean: number, random: () => number): number {
  if (mean > 40) return Math.max(0, Math.round(mean + Math.sqrt(mean) * normal(random)));
  let count = 0;
  for (let product = random(); product > Math.exp(-mean); product *= random()) count += 1;
  return count;
}

function binomial(trials: number, p: number, random: () => number): number {
  const mean = trials * p;
  if (mean > 15 && trials - mean > 15) {
    return Math.round(mean + Math.sqrt(mean * (1 - p)) * normal(random));
  }
  let count = 0;
  for (let i = 0; i < trials; i += 1) if (random() < p) count += 1;
  return count;
}

/** Entries expected without trouble: a day and a week rhythm. */
export function usualEntries(world: World, at: Instant): number {
  const day = 1 + 0.6 * Math.sin((2 * Math.PI * (at - 8 * 12 * WIDTH)) / DAY);
  const weekend = (at - MONDAY) % WEEK >= 5 * DAY ? 0.6 : 1;
  return world.traffic * day * weekend;
}

export function usualRate(world: World, at: Instant): number {
  return (world.rate ?? 0.4) * (1 + 0.1 * Math.sin((2 * Math.PI * at) / DAY));
}

interface Bucket {
  readonly entered: number;
  readonly converted: number;
  readonly trueLoss: number;
}

function simulateBucket(world: World, at: Instant, random: () => number): Bucket {
  const drop = world.drops?.find(({ from, to }) => at >= from && at < to);
  const [come, convert] = [1 - (drop?.entries ?? 0), 1 - (drop?.rate ?? 0)];
  const noise = world.noise ?? 0;
  const factor = noise > 0 ? gammaVariate(1 / noise, random) * noise : 1;
  const usual = usualEntries(world, at + WIDTH / 2);
  const rate = usualRate(world, at + WIDTH / 2);
  const entered = poisson(usual * factor * come, random);
  const converted = binomial(entered, rate * convert, random);
  return { entered, converted, trueLoss: usual * factor * rate * (1 - come * convert) };
}

export interface SimulatedStage {
  readonly series: StageSeries;
  /** What the drops cost, without sampling noise. */
  readonly trueLoss: number;
}

/** Five-minute buckets from `MONDAY` on. */
export function simulateStage(world: World): SimulatedStage {
  const random = seededRandom(world.seed);
  const buckets = Array.from({ length: (world.days * DAY) / WIDTH }, (_, i) =>
    simulateBucket(world, MONDAY + i * WIDTH, random),
  );
  return {
    series: {
      start: MONDAY,
      width: WIDTH,
      entered: Float64Array.from(buckets, ({ entered }) => entered),
      converted: Float64Array.from(buckets, ({ converted }) => converted),
    },
    trueLoss: buckets.reduce((sum, { trueLoss }) => sum + trueLoss, 0),
  };
}

/** The same history with other drops, drawn anew from the first drop on. */
export function withDrops(
  world: World,
  history: StageSeries,
  drops: readonly Drop[],
): SimulatedStage {
  const first = Math.min(...drops.map(({ from }) => from));
  const random = seededRandom(world.seed + 1000);
  const entered = history.entered.slice();
  const converted = history.converted.slice();
  let trueLoss = 0;
  for (let i = Math.floor((first - MONDAY) / WIDTH); i < entered.length; i += 1) {
    const bucket = simulateBucket({ ...world, drops }, MONDAY + i * WIDTH, random);
    entered[i] = bucket.entered;
    converted[i] = bucket.converted;
    trueLoss += bucket.trueLoss;
  }
  return { series: { ...history, entered, converted }, trueLoss };
}
