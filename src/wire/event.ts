import { z } from 'zod';

import { instant } from './instant.js';
import { freeObject, key } from './labels.js';

const satisfaction = z.discriminatedUnion('scale', [
  z.strictObject({ scale: z.literal('csat'), score: z.number().min(1).max(5) }),
  z.strictObject({ scale: z.literal('nps'), score: z.number().min(0).max(10) }),
]);

/** The journey event body of the contract. */
export const eventBody = z
  .strictObject({
    id: key.optional(),
    source: key.default('default'),
    actor: key,
    event: key,
    occurredAt: instant,
    sentAt: instant.optional(),
    segment: key.optional(),
    properties: freeObject.optional(),
    satisfaction: satisfaction.optional(),
    receivedAt: instant.optional(),
  })
  .meta({ id: 'JourneyEvent' });

export type EventBody = z.output<typeof eventBody>;
