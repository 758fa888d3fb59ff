import { z } from 'zod';

import { THRESHOLD_VERDICTS } from '../core/outcomes/retrospective.js';
import { instant } from './instant.js';
import { key, text } from './labels.js';
import { missedOutcome, retrospectiveOutcome } from './outcome.js';

/** The retrospective body of the contract. */
export const retrospectiveBody = z
  .strictObject({
    id: key,
    incidentId: key,
    author: key,
    heldAt: instant,
    outcomes: z.array(retrospectiveOutcome).max(1000).default([]),
    missed: z.array(missedOutcome).max(1000).default([]),
    factors: z.array(text).max(100).default([]),
    thresholdVerdicts: z
      .array(z.strictObject({ rule: key, verdict: z.enum(THRESHOLD_VERDICTS) }))
      .max(100)
      .default([]),
    runbookVerdict: text.optional(),
    actions: z
      .array(z.strictObject({ title: text, owner: key, due: instant.optional() }))
      .max(100)
      .default([]),
    receivedAt: instant.optional(),
  })
  .meta({ id: 'Retrospective' });

export type RetrospectiveBody = z.output<typeof retrospectiveBody>;
