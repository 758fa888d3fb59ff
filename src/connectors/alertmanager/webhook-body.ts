import { z } from 'zod';

// PostgreSQL stores neither NUL nor half a surrogate pair: refused here, since a failure at the
// store would be answered with 5xx and the same notification would be sent for ever.
const UNSTORABLE = /[\0\p{Surrogate}]/u;

/** Alertmanager's own have 16 characters; an index holds no key of any length. */
const LONGEST_FINGERPRINT = 200;

const text = z.string().refine((value) => !UNSTORABLE.test(value), {
  message: 'holds a character that cannot be stored',
});

/** Go's RFC 3339 with up to nine decimals and any offset, as milliseconds. */
const instant = z.iso.datetime({ offset: true }).transform((value) => Date.parse(value));

const pairs = z.record(text.min(1), text);

/** One alert of a notification; keys that later Alertmanagers add are dropped. */
export const webhookAlert = z.object({
  status: z.enum(['firing', 'resolved']),
  labels: pairs,
  annotations: pairs.nullish().transform((value) => value ?? {}),
  startsAt: instant,
  // Without meaning while the alert fires: an odd one must not cost the alert.
  endsAt: instant.optional().catch(undefined),
  fingerprint: text.min(1).max(LONGEST_FINGERPRINT),
});

export type WebhookAlert = z.output<typeof webhookAlert>;

/** A notification of Alertmanager's webhook receiver (version 4): the envelope that is read here. */
export const webhookBody = z.object({
  alerts: z.array(z.unknown()),
  truncatedAlerts: z.int().min(0).catch(0),
});
