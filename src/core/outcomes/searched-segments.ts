import { HOUR, type Duration } from '../telemetry/time.js';

/**
 * Entrants an hour that a segment brings at least: with fewer, not even losing all of them for an
 * hour would stand out among all places that are searched.
 */
const LEAST_ENTRANTS = 20;
/** A segment that is more of its stage than this shows in the stage as a whole. */
const MOST_OF_STAGE = 0.9;

/**
 * The segments of a stage that are searched for failures of their own.
 *
 * @param entered how many of each segment entered over a span of time; '' where none was told.
 */
export function searchedSegments(entered: ReadonlyMap<string, number>, span: Duration): string[] {
  const all = [...entered.values()].reduce((sum, count) => sum + count, 0);
  return [...entered]
    .filter(([segment, count]) => {
      const isBusy = count >= (LEAST_ENTRANTS * span) / HOUR;
      return segment !== '' && isBusy && count <= MOST_OF_STAGE * all;
    })
    .map(([segment]) => segment)
    .sort();
}
