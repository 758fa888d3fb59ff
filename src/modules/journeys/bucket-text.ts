import type { StageMetric } from '../../core/journeys/stage-metrics.js';
import type { BaselineBand } from '../../core/outcomes/baseline-band.js';
import { formatInstant } from '../../wire/instant.js';

/**
 * A bucket of stage metrics as JSON, member by member: `JSON.stringify` takes several times as long,
 * for thousands of buckets. All numbers are finite.
 */
export function bucketText(metric: StageMetric, baseline: BaselineBand | null): string {
  const { mature, immature, secondsToConvert: seconds, csat, nps } = metric;
  return (
    `{"bucketStart":"${formatInstant(metric.bucketStart)}","entered":${metric.entered},` +
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
  return (
    `{"entered":${band.entered},"enteredInterval":[${band.enteredInterval.join()}],` +
    `"converted":${band.converted},"convertedInterval":[${band.convertedInterval.join()}],` +
    `"conversionRate":${band.conversionRate}}`
  );
}
