import type { ToldOutcome } from '../outcomes/told-failures.js';
import { toldFailures } from '../outcomes/told-failures.js';
import type { LivedFailure } from './unmitigated-failures.js';

/**
 * The failures of a stage that outcomes tell of, with what each cost, oldest first.
 *
 * @param outcomes those that stand, oldest first.
 * @param value what a conversion is worth.
 */
export function failuresOfOutcomes(
  outcomes: readonly ToldOutcome[],
  value: number,
): LivedFailure[] {
  return toldFailures(outcomes).map(({ id, startedAt, endedAt, conversionsLost, mitigatedAt }) => ({
    ...{ id, startedAt, endedAt, mitigatedAt },
    valueLost: (conversionsLost ?? 0) * value,
  }));
}
