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

function poisson(mean: number, random: () => number): number {
  if (mean > 30) {
    const shape = Math.floor(mean * 0.875);
    const gamma = gammaVariate(shape, random);
    if (gamma <= mean) return shape + poisson(mean - gamma, random);
    let below = 0;
    for (let i = 1; i < shape; i += 1) if (random() < mean / gamma) below += 1;
    return below;
  }
  let count = 0;
  for (let product = random(); product > Math.exp(-mean); product *= random()) count += 1;
  return count;
}

function binomial(trials: number, p: number, random: () => number): number {
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

/** Five-minute buckets from `MONDAY` on, and what the drops cost without sampling noise. */
export function simulateStage(world: World): { series: StageSeries; trueLoss: number } {
  const random = seededRandom(world.seed);
  const length = (world.days * DAY) / WIDTH;
  const entered = new Float64Array(length);
  const converted = new Float64Array(length);
  let trueLoss = 0;
  for (let i = 0; i < length; i += 1) {
    const at = MONDAY + i * WIDTH;
    const drop = world.drops?.find(({ from, to }) => at >= from && at < to);
    const [come, convert] = [1 - (drop?.entries ?? 0), 1 - (drop?.rate ?? 0)];
    const noise = world.noise ?? 0;
    const factor = noise > 0 ? gammaVariate(1 / noise, random) * noise : 1;
    const usual = usualEntries(world, at + WIDTH / 2);
    const rate = usualRate(world, at + WIDTH / 2);
    entered[i] = poisson(usual * factor * come, random);
    converted[i] = binomial(entered[i] ?? 0, rate * convert, random);
    trueLoss += usual * rate * (1 - come * convert);
  }
  return { series: { start: MONDAY, width: WIDTH, entered, converted }, trueLoss };
}
