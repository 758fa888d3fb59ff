import { quantileOfSorted } from '../statistics/interval.js';
import type { Instant } from '../telemetry/time.js';
import type { PricedFailure } from './failure-loss.js';

/** A failure as it was, with when people cut it short. */
export interface LivedFailure extends PricedFailure {
  /** Null where nobody did. */
  readonly mitigatedAt: Instant | null;
}

/** Fewer failures that ran their course say nothing about how long one usually takes. */
const FEWEST_WHOLE = 3;

/**
 * Failures as they would have been had nobody stepped in: one that was mitigated is given the usual
 * length (median) of those that were not, at its own rate of loss. What a page saves is this, not
 * what a mitigated failure still cost.
 */
export function unmitigatedFailures(failures: readonly LivedFailure[]): PricedFailure[] {
  const lengthOf = ({ startedAt, endedAt }: LivedFailure): number => endedAt - startedAt;
  const whole = failures.filter(({ mitigatedAt }) => mitigatedAt === null).map(lengthOf);
  const usual =
    whole.length < FEWEST_WHOLE ? 0 : quantileOfSorted(Float64Array.from(whole).sort(), 0.5);
  return failures.map((failure) => {
    const { mitigatedAt, ...priced } = failure;
    const length = lengthOf(failure);
    if (mitigatedAt === null || length <= 0 || usual <= length) return priced;
    return {
      ...priced,
      endedAt: priced.startedAt + usual,
      valueLost: (priced.valueLost * usual) / length,
    };
  });
}
