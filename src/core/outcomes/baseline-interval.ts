import { normalQuantile } from '../statistics/special-functions.js';
import type { Instant } from '../telemetry/time.js';
import { expectedAt, type Baseline } from './baseline.js';

export interface BaselineInterval {
  readonly entered: readonly [number, number];
  readonly converted: readonly [number, number];
  /** Conversions per entrant; null where nobody entered. */
  readonly rate: readonly [number, number] | null;
}

interface Moments {
  readonly mean: number;
  readonly variance: number;
  readonly third: number;
}

export function momentQuantile(moments: Moments, probability: number): number {
  return quantileAt(moments, normalQuantile(probability));
}

/**
 * Cornish and Fisher (1938), first term: the quantile of a distribution known by three moments, at
 * that of the standard normal one.
 */
export function quantileAt({ mean, variance, third }: Moments, z: number): number {
  const sd = Math.sqrt(variance);
  const skew = variance > 0 ? third / (variance * sd) : 0;
  return Math.max(0, mean + sd * (z + ((z * z - 1) * skew) / 6));
}

/** Counts whose mean itself varies: their moments, with the relative variance beyond chance. */
export function gammaPoisson(mean: number, excess: number): Moments {
  const variance = mean + mean * mean * excess;
  return { mean, variance, third: mean + 3 * mean ** 2 * excess + 2 * mean ** 3 * excess ** 2 };
}

function betaBinomial(trials: number, rate: number, excess: number): Moments {
  const mean = trials * rate;
  const chance = mean * (1 - rate);
  return {
    mean,
    variance: chance + mean * mean * excess,
    third:
      chance * (1 - 2 * rate) +
      3 * mean ** 2 * excess * (1 - 2 * rate) +
      2 * mean ** 3 * excess ** 2,
  };
}

/**
 * The band in which a bucket without trouble lies with the given probability. With `entered` known
 * the conversions are those of these entrants, else those of whoever may come.
 */
export function interval(
  baseline: Baseline,
  at: Instant,
  entered?: number,
  level = 0.9,
): BaselineInterval {
  const { entries, rate, entriesExcess, rateExcess } = expectedAt(baseline, at);
  const band = (moments: Moments): readonly [number, number] => [
    momentQuantile(moments, (1 - level) / 2),
    momentQuantile(moments, (1 + level) / 2),
  ];
  const all = gammaPoisson(entries * rate, entriesExcess + rateExcess);
  const [low, high] = band(entered === undefined ? all : betaBinomial(entered, rate, rateExcess));
  const converted = [low, Math.min(high, entered ?? Infinity)] as const;
  return {
    entered: band(gammaPoisson(entries, entriesExcess)),
    converted,
    rate: entered ? [converted[0] / entered, Math.min(1, converted[1] / entered)] : null,
  };
}
