import { normalQuantile } from '../statistics/special-functions.js';
import { bucketStart, type Duration, type Instant } from '../telemetry/time.js';
import { usualFlow, type Baseline } from './baseline.js';
import { gammaPoisson, quantileAt } from './baseline-interval.js';
import { excessAt } from './excess-variance.js';

/** What a stage usually does over a stretch of time, with the 90 % interval. */
export interface BaselineBand {
  readonly entered: number;
  readonly enteredInterval: readonly [number, number];
  readonly converted: number;
  readonly convertedInterval: readonly [number, number];
  readonly conversionRate: number;
}

const LOW = normalQuantile(0.05);
const HIGH = normalQuantile(0.95);

function ninety(mean: number, excess: number): readonly [number, number] {
  const moments = gammaPoisson(mean, excess);
  return [quantileAt(moments, LOW), quantileAt(moments, HIGH)];
}

/**
 * The bands of stretches of whole buckets, all of one length, by their start; the excess variance is
 * that of stretches of this length.
 */
export function baselineBands(baseline: Baseline, length: Duration): (at: Instant) => BaselineBand {
  const { width } = baseline;
  const entriesExcess = excessAt(baseline.entriesExcess, length);
  const rateExcess = excessAt(baseline.rateExcess, length);
  return (at) => {
    let [entered, converted] = [0, 0];
    for (let start = bucketStart(at, width); start < at + length; start += width) {
      const { entries, rate } = usualFlow(baseline, start);
      entered += entries;
      converted += entries * rate;
    }
    return {
      entered,
      enteredInterval: ninety(entered, entriesExcess),
      converted,
      convertedInterval: ninety(converted, entriesExcess + rateExcess),
      conversionRate: entered > 0 ? converted / entered : 0,
    };
  };
}
