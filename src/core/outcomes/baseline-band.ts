import { bucketStart, type Duration, type Instant } from '../telemetry/time.js';
import { expectedAt, type Baseline } from './baseline.js';
import { gammaPoisson, momentQuantile } from './baseline-interval.js';
import { excessAt } from './excess-variance.js';

/** What a stage usually does over a stretch of time, with the 90 % interval. */
export interface BaselineBand {
  readonly entered: number;
  readonly enteredInterval: readonly [number, number];
  readonly converted: number;
  readonly convertedInterval: readonly [number, number];
  readonly conversionRate: number;
}

function ninety(mean: number, excess: number): readonly [number, number] {
  const moments = gammaPoisson(mean, excess);
  return [momentQuantile(moments, 0.05), momentQuantile(moments, 0.95)];
}

/** The band of a stretch of whole buckets; its excess variance is that of stretches of its length. */
export function baselineBand(baseline: Baseline, at: Instant, length: Duration): BaselineBand {
  const { width } = baseline;
  let [entered, converted] = [0, 0];
  for (let start = bucketStart(at, width); start < at + length; start += width) {
    const expected = expectedAt(baseline, start);
    entered += expected.entries;
    converted += expected.entries * expected.rate;
  }
  const entriesExcess = excessAt(baseline.entriesExcess, length);
  const rateExcess = excessAt(baseline.rateExcess, length);
  return {
    entered,
    enteredInterval: ninety(entered, entriesExcess),
    converted,
    convertedInterval: ninety(converted, entriesExcess + rateExcess),
    conversionRate: entered > 0 ? converted / entered : 0,
  };
}
