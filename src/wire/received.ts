import type { z } from 'zod';

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
