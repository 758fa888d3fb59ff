import { z } from 'zod';

const MAX_LABELS = 64;

/** Label names and values, as Prometheus has them. */
export const labels = z
  .record(z.string().min(1).max(200), z.string().max(2000))
  .refine((all) => Object.keys(all).length <= MAX_LABELS, {
    message: `has more than ${MAX_LABELS} labels`,
    params: { code: 'out-of-range' },
  });

/** A natural key: what a source calls its own record. */
export const key = z.string().min(1).max(300);

/** A short text for people. */
export const text = z.string().min(1).max(2000);

/** A rate, weight or probability. */
export const share = z.number().min(0).max(1);
