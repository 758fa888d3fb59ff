// Our baseline's interval beside a structural time series', a day ahead, on hourly conversions.
import { baselineBands } from '../../../dist/core/outcomes/baseline-band.js';
import { fitBaseline } from '../../../dist/core/outcomes/baseline.js';
import { bucketIndex, maskedBuckets } from '../../../dist/core/outcomes/stage-series.js';
import { DAY, HOUR, bucketStart } from '../../../dist/core/telemetry/time.js';
import { fitStateSpace, forecastStateSpace } from './state-space.js';

/** Adds the buckets of a series up by the hour. */
export function hourly({ start, width, entered, converted }) {
  const per = HOUR / width;
  const sums = (counts) =>
    Float64Array.from({ length: Math.floor(counts.length / per) }, (_, hour) =>
      counts.subarray(hour * per, (hour + 1) * per).reduce((sum, one) => sum + one, 0),
    );
  return { start, width: HOUR, entered: sums(entered), converted: sums(converted) };
}

/** How many hours the interval holds, how wide it is, and its score (Gneiting & Raftery 2007): low is good. */
function scored(hours) {
  const mean = (of) => hours.reduce((sum, one) => sum + of(one), 0) / hours.length;
  const usual = mean(({ seen }) => seen);
  const penalty = ({ seen, low, high }) =>
    20 * (Math.max(0, low - seen) + Math.max(0, seen - high));
  return {
    hours: hours.length,
    held: mean(({ seen, low, high }) => Number(seen >= low && seen <= high)),
    width: mean(({ low, high }) => high - low) / usual,
    score: mean((one) => one.high - one.low + penalty(one)) / usual,
  };
}

/** Both, a day ahead, on every hour outside the trouble after the first `after` days. */
export function besideStateSpace(series, trouble, after = 10) {
  const first = bucketStart(series.start + (after + 1) * DAY, DAY);
  const bad = maskedBuckets(series, trouble);
  const counts = series.converted.map((count, i) => (bad[i] === 1 ? Number.NaN : count));
  const variances = fitStateSpace(counts.subarray(0, bucketIndex(series, first)), 24);
  const [ours, theirs] = [[], []];
  const last = series.start + series.converted.length * HOUR;
  for (let day = first; day + DAY <= last; day += DAY) {
    const index = bucketIndex(series, day);
    const past = { ...series, entered: series.entered.subarray(0, index) };
    const baseline = fitBaseline(past, { asOf: day, masked: trouble });
    const bandAt = baselineBands(baseline, HOUR);
    const ahead = forecastStateSpace(counts.subarray(0, index), 24, variances, 24);
    ahead.forEach(([low, high], hour) => {
      if (bad[index + hour] === 1) return;
      const seen = series.converted[index + hour];
      const [ourLow, ourHigh] = bandAt(day + hour * HOUR).convertedInterval;
      ours.push({ seen, low: ourLow, high: ourHigh });
      theirs.push({ seen, low, high });
    });
  }
  return { baseline: scored(ours), 'state space': scored(theirs) };
}
