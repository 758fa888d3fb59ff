import { HOUR } from '../telemetry/time.js';
import type { Duration } from '../telemetry/time.js';
import type { FoundFailure, Place } from './missed-failures.js';
import type { TimeSpan } from './stage-series.js';

/** Those whom an earlier stage lost are missed at the last one for so long after. */
const LONGEST_WAY: Duration = HOUR;

/**
 * Failures without those of last stages that an earlier stage of the journey handed on: whoever gets
 * to the end has converted and cannot be lost there, so where a stage before failed at the time, the
 * end shows that failure again, and it is told once.
 *
 * @param known failures that are told already, of any stage
 * @param stagesOf the stages of a journey in their order
 */
export function withoutHandedOn(
  failures: readonly FoundFailure[],
  known: readonly (Place & TimeSpan)[],
  stagesOf: (journey: string) => readonly string[],
): FoundFailure[] {
  const all = [...failures, ...known];
  return failures.filter((failure) => {
    const { journey, stage, segment, startedAt, endedAt } = failure;
    if (stagesOf(journey).at(-1) !== stage) return true;
    return !all.some(
      (other) =>
        other.journey === journey &&
        other.stage !== stage &&
        (other.segment === null || segment === null || other.segment === segment) &&
        other.startedAt < endedAt &&
        startedAt < other.endedAt + LONGEST_WAY,
    );
  });
}
