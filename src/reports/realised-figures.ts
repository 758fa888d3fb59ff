import type { PerformanceName, RealisedFigures } from '../core/monitoring/performance-figures.js';
import { PERFORMANCE_NAMES } from '../core/monitoring/performance-figures.js';
import type { Interval } from '../core/statistics/interval.js';
import type { Html } from './html.js';
import { table } from './table.js';

export const FIGURE_NAMES: Readonly<Record<PerformanceName, string>> = {
  rocAuc: 'ROC-AUC',
  prAuc: 'PR-AUC',
  brierSkill: 'Brier skill',
  logLoss: 'Log loss',
  brier: 'Brier score',
  ece: 'ECE',
};

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

/** Naive and weighted figures side by side. */
export function realisedTable({
  naive,
  weighted,
}: Readonly<Record<'naive' | 'weighted', RealisedFigures | null>>): Html {
  const columns = [
    { heading: 'figure', cell: (name: PerformanceName) => FIGURE_NAMES[name] },
    { heading: 'naive', cell: (name: PerformanceName) => told(naive, name), isNumber: true },
    { heading: 'weighted', cell: (name: PerformanceName) => told(weighted, name), isNumber: true },
  ];
  return table(columns, PERFORMANCE_NAMES);
}

/** How the weights come about. */
export const WEIGHED =
  'Weighted: each label counts as 1 / P(observed uncensored | rank, features), so that what is handled early, or left alone, does not decide alone.';
