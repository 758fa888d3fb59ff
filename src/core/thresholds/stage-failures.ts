import type { ToldOutcome } from '../outcomes/told-failures.js';
import { toldFailures } from '../outcomes/told-failures.js';
import type { Instant } from '../telemetry/time.js';
import type { LivedFailure } from './unmitigated-failures.js';

/**
 * The failures of a stage that outcomes tell of, with what each cost, oldest first.
 *
 * @param outcomes those that stand, oldest first.
 * @param valueAt what a conversion was worth at a moment.
 */
export function failuresOfOutcomes(
  outcomes: readonly ToldOutcome[],
  valueAt: (at: Instant) => number,
): LivedFailure[] {
  return toldFailures(outcomes).map(({ id, startedAt, endedAt, conversionsLost, mitigatedAt }) => ({
    ...{ id, startedAt, endedAt, mitigatedAt },
    valueLost: (conversionsLost ?? 0) * valueAt(startedAt),
  }));
}
