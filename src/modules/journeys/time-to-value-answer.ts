import type { Journey } from '../../core/journeys/journey.js';
import type { ValueObservation } from '../../core/journeys/time-to-value.js';
import {
  shareReachedBy,
  thinnedCurve,
  timeToReach,
  timeToValue,
} from '../../core/journeys/time-to-value.js';
import type { Duration } from '../../core/telemetry/time.js';

/** Points of the curve that are answered at most. */
const MOST_POINTS = 100;

const seconds = (duration: Duration | null): number | null =>
  duration === null ? null : duration / 1000;

/** The share that has reached a stage by time after the first one, what was not seen to its end censored. */
export function timeToValueAnswer(
  journey: Journey,
  stageIndex: number,
  observations: readonly ValueObservation[],
): object {
  const curve = timeToValue(observations);
  const stage = journey.stages[stageIndex];
  const target = stage?.timeToValueTarget ?? null;
  return {
    stage: stage?.key,
    attempts: observations.length,
    reached: observations.filter(({ reached }) => reached).length,
    secondsToReach: Object.fromEntries(
      [0.1, 0.25, 0.5, 0.75, 0.9].map((share) => [share, seconds(timeToReach(curve, share))]),
    ),
    target:
      target === null ? null : { seconds: target / 1000, share: shareReachedBy(curve, target) },
    curve: thinnedCurve(curve, MOST_POINTS).map(({ at, share, interval }) => ({
      ...{ seconds: at / 1000, share, interval },
    })),
  };
}
