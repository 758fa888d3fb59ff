import { quantileOfSorted } from '../statistics/interval.js';
import type { DriftSample, NumericSample } from './drift-sample.js';
import { rowsOf } from './drift-sample.js';

/** Shares of rows that lie below the quantiles of a summary. */
export const SUMMARY_SHARES = [0.05, 0.25, 0.5, 0.75, 0.95] as const;

/** Where the numbers of a column lie; from a sketch they carry its error. */
export interface NumbersSummary {
  readonly mean: number;
  readonly deviation: number;
  /** At `SUMMARY_SHARES`. */
  readonly quantiles: readonly number[];
}

/** One side of a column in few figures. */
export interface SideSummary {
  readonly rows: number;
  /** Share of rows. */
  readonly missing: number;
  /** Null where there are no numbers. */
  readonly numbers: NumbersSummary | null;
  /** Null where there are no categories. */
  readonly categories: number | null;
}

function quantileOf({ values, weights, count }: NumericSample, share: number): number {
  if (weights === undefined) return quantileOfSorted(values, share);
  let below = 0;
  const at = weights.findIndex((weight) => (below += weight) >= share * count);
  return values[at] ?? values.at(-1) ?? Number.NaN;
}

function numbersOf(sample: NumericSample): NumbersSummary {
  const { values, weights, count, deviation } = sample;
  let sum = 0;
  for (let i = 0; i < values.length; i += 1) sum += (values[i] ?? 0) * (weights?.[i] ?? 1);
  const quantiles = SUMMARY_SHARES.map((share) => quantileOf(sample, share));
  return { mean: sum / count, deviation, quantiles };
}

/** Describes one side of a column. */
export function sideSummary(sample: DriftSample | null): SideSummary | null {
  if (sample === null) return null;
  const rows = rowsOf(sample);
  return {
    rows,
    missing: rows === 0 ? 0 : sample.missing / rows,
    numbers: sample.kind === 'numeric' && sample.count > 0 ? numbersOf(sample) : null,
    categories: sample.kind === 'categorical' ? sample.counts.size : null,
  };
}
