import type { z } from 'zod';

import type { Instant } from '../core/telemetry/time.js';

/** How far a sender's clock may run ahead of ours before its times count as the future. */
export const CLOCK_SKEW = 60_000;

/** A check that one time of a body does not lie before another. */
export function after<K extends string>(
  first: K,
  second: K,
): z.core.CheckFn<Partial<Record<K, number | undefined>>> {
  return (context) => {
    const [from, to] = [context.value[first], context.value[second]];
    if (from !== undefined && to !== undefined && to < from) {
      context.issues.push({
        code: 'custom',
        input: context.value,
        path: [second],
        message: `lies before ${first}`,
        params: { code: 'bad-time' },
      });
    }
  };
}

/** When a record became known, or why that cannot be. */
export type Reception =
  | { readonly receivedAt: Instant }
  | { readonly pointer: string; readonly code: string; readonly detail: string };

export interface ReceptionRules {
  readonly now: Instant;
  /** Whether the sender may say when a record would have been known (scope `backfill`). */
  readonly mayBackfill: boolean;
}

/**
 * When a body became known: the server's clock, or `receivedAt` from a sender that may backfill.
 * A time that lies after it is refused: nothing is known before it happens.
 */
export function receptionOf(
  body: { readonly receivedAt?: Instant | undefined },
  times: Readonly<Record<string, Instant | undefined>>,
  rules: ReceptionRules,
): Reception {
  const { receivedAt } = body;
  if (receivedAt !== undefined && !rules.mayBackfill) {
    return refusal('receivedAt', 'backfill-scope-required', 'needs a key with scope backfill');
  }
  if (receivedAt !== undefined && receivedAt > rules.now + CLOCK_SKEW) {
    return refusal('receivedAt', 'future-time', 'lies in the future');
  }
  const latest = receivedAt ?? rules.now + CLOCK_SKEW;
  const late = Object.entries(times).find(([, at]) => at !== undefined && at > latest);
  if (late !== undefined) {
    const what = receivedAt === undefined ? 'lies in the future' : 'lies after receivedAt';
    return refusal(late[0], 'future-time', what);
  }
  return { receivedAt: receivedAt ?? rules.now };
}

function refusal(field: string, code: string, detail: string): Reception {
  return { pointer: `/${field}`, code, detail };
}
