import type { StageMetric } from '../../core/journeys/stage-metrics.js';
import type { BaselineBand } from '../../core/outcomes/baseline-band.js';
import { decimalText } from './decimal-text.js';

/**
 * A bucket of stage metrics as JSON, member by member: `JSON.stringify` takes several times as long,
 * for thousands of buckets. All numbers are finite; `start` is that of the bucket.
 */
export function bucketText(
  metric: StageMetric,
  start: string,
  baseline: BaselineBand | null,
): string {
  const { mature, immature, secondsToConvert: seconds, csat, nps } = metric;
  return (
    `{"bucketStart":"${start}","entered":${metric.entered},` +
    `"mature":{"entered":${mature.entered},"converted":${mature.converted},` +
    `"dropped":${mature.dropped}},` +
    `"immature":{"entered":${immature.entered},"converted":${immature.converted}},` +
    `"conversionRate":${metric.conversionRate},"dropOff":${metric.dropOff},"secondsToConvert":${
      seconds === null
        ? 'null'
        : `{"mean":${seconds.mean},"median":${seconds.median},"p90":${seconds.p90}}`
    },"csat":${csat === null ? 'null' : `{"count":${csat.count},"mean":${csat.mean}}`},"nps":${
      nps === null ? 'null' : `{"count":${nps.count},"mean":${nps.mean},"score":${nps.score}}`
    },"baseline":${baseline === null ? 'null' : bandText(baseline)}}`
  );
}

function bandText(band: BaselineBand): string {
  const [enteredLow, enteredHigh] = band.enteredInterval;
  const [convertedLow, convertedHigh] = band.convertedInterval;
  return (
    `{"entered":${decimalText(band.entered)},` +
    `"enteredInterval":[${decimalText(enteredLow)},${decimalText(enteredHigh)}],` +
    `"converted":${decimalText(band.converted)},` +
    `"convertedInterval":[${decimalText(convertedLow)},${decimalText(convertedHigh)}],` +
    `"conversionRate":${decimalText(band.conversionRate)}}`
  );
}
