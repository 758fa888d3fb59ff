import type { PerformanceName, RealisedFigures } from '../core/monitoring/performance-figures.js';
import type { Interval } from '../core/statistics/interval.js';

/** A figure in three decimals; an en dash where it is none. */
export function round(value: number): string {
  return Number.isFinite(value) ? value.toFixed(3) : '–';
}

/** A figure with its interval. */
export function withInterval(value: number, [low, high]: Interval): string {
  return `${round(value)} (${round(low)} to ${round(high)})`;
}

/** One of the realised figures with its interval. */
export function told(figures: RealisedFigures | null, name: PerformanceName): string {
  return figures === null ? '–' : withInterval(figures.metrics[name], figures.intervals[name]);
}
