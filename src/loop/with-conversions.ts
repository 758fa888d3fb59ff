import type { Journey } from '../core/journeys/journey.js';
import type { StageSeries } from '../core/outcomes/stage-series.js';

/**
 * The last stage has no next one: whoever reaches it has converted, unless a warehouse has told how
 * many did.
 */
export function withConversions(
  journey: Journey,
  stageIndex: number,
  series: StageSeries,
): StageSeries {
  const isLast = stageIndex === journey.stages.length - 1;
  const isTold = series.converted.some((converted) => converted > 0);
  return isLast && !isTold ? { ...series, converted: series.entered } : series;
}
