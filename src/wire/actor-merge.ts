import { z } from 'zod';

import { instant } from './instant.js';
import { key } from './labels.js';

/** The body that says that two actors are one. */
export const actorMergeBody = z
  .strictObject({ from: key, into: key, receivedAt: instant.optional() })
  .refine(({ from, into }) => from !== into, {
    path: ['into'],
    message: 'is the same actor',
    params: { code: 'inconsistent' },
  })
  .meta({ id: 'ActorMerge' });

export const actorMergeAnswer = z
  .object({
    from: z.string(),
    into: z.string(),
    status: z.enum(['merged', 'duplicate']),
  })
  .meta({ id: 'ActorMergeAnswer' });
