import { z } from 'zod';

import { contradiction } from '../core/outcomes/contradiction.js';
import { THRESHOLD_VERDICTS } from '../core/outcomes/retrospective.js';
import { instant } from './instant.js';
import { key, text } from './labels.js';
import { missedOutcome, retrospectiveOutcome } from './outcome.js';

type Told = z.output<typeof retrospectiveOutcome>;

const placeOf = ({ anomalyId, journey, stage }: Told): string =>
  JSON.stringify([anomalyId, journey, stage]);

/** Refuses what says both of one anomaly and stage: which one holds would be a matter of their order. */
const singleMinded: z.core.CheckFn<{ outcomes: Told[] }> = (context) => {
  const first = new Map<string, { readonly told: Told; readonly index: number }>();
  context.value.outcomes.forEach((told, index) => {
    const before = first.get(placeOf(told));
    if (before === undefined) first.set(placeOf(told), { told, index });
    const field = before === undefined ? null : contradiction(before.told, told);
    if (field === null || before === undefined) return;
    context.issues.push({
      code: 'custom',
      input: context.value,
      path: ['outcomes', index, field],
      message: `contradicts outcome ${before.index} of the same anomaly and stage`,
      params: { code: 'inconsistent' },
    });
  });
};

/** The retrospective body of the contract. */
export const retrospectiveBody = z
  .strictObject({
    id: key,
    incidentId: key.meta({
      description: 'An incident may be kept elsewhere, or come later: it need not be known',
    }),
    author: key,
    heldAt: instant,
    outcomes: z.array(retrospectiveOutcome).max(1000).default([]),
    missed: z.array(missedOutcome).max(1000).default([]),
    factors: z.array(text).max(100).default([]),
    thresholdVerdicts: z
      .array(z.strictObject({ rule: key, verdict: z.enum(THRESHOLD_VERDICTS) }))
      .max(100)
      .meta({ description: 'Rules may live elsewhere: they need not be known' })
      .default([]),
    runbookVerdict: text.optional(),
    actions: z
      .array(z.strictObject({ title: text, owner: key, due: instant.optional() }))
      .max(100)
      .default([]),
    receivedAt: instant.optional(),
  })
  .check(singleMinded)
  .meta({ id: 'Retrospective' });

export type RetrospectiveBody = z.output<typeof retrospectiveBody>;
