import type { Outcome } from './outcome.js';
import type { TimeSpan } from './stage-series.js';
import { overlaps } from './stage-series.js';

/**
 * The id of the failure in a window of one stage: that of a known failure whose window it shares,
 * else a new one that says where and when.
 *
 * @param known the stage's failures, oldest first.
 */
export function failureIdOf(
  stage: { readonly journey: string; readonly stage: string },
  window: TimeSpan,
  known: readonly Outcome[],
): string {
  const same = known.find(
    ({ startedAt, endedAt, failureId }) =>
      failureId !== undefined &&
      startedAt !== undefined &&
      endedAt !== undefined &&
      overlaps(window, { startedAt, endedAt }),
  );
  const at = new Date(window.startedAt).toISOString();
  return same?.failureId ?? `${stage.journey}/${stage.stage}/${at}`;
}
