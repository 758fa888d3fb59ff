import { z } from 'zod';

import { OUTCOME_SOURCES, VERDICTS } from '../core/outcomes/outcome.js';
import { instant } from './instant.js';
import { key, share, text } from './labels.js';
import { after } from './received.js';

const fields = {
  id: key.optional(),
  anomalyId: key.optional(),
  journey: key,
  stage: key,
  failure: z.boolean().nullable().default(null),
  failureProbability: share.optional(),
  failureId: key.optional(),
  verdict: z.enum(VERDICTS),
  conversionsLost: z.number().min(0).optional(),
  interval: z.tuple([z.number(), z.number()]).optional(),
  mitigation: text.optional(),
  author: key.optional(),
  startedAt: instant.optional(),
  endedAt: instant.optional(),
  supersedes: key.optional(),
};

type Checked = z.core.CheckFn<{
  anomalyId?: string | undefined;
  verdict: string;
  startedAt?: number | undefined;
  interval?: readonly number[] | undefined;
}>;

/** A missed failure has no anomaly but a time; every other outcome names its anomaly. */
const consistent: Checked = (context) => {
  const { anomalyId, verdict, startedAt, interval } = context.value;
  const issue = (path: string, message: string): void => {
    const params = { code: 'inconsistent' };
    context.issues.push({ code: 'custom', input: context.value, path: [path], message, params });
  };
  if (verdict === 'missed' && anomalyId !== undefined)
    issue('anomalyId', 'a missed failure has no anomaly');
  if (verdict === 'missed' && startedAt === undefined)
    issue('startedAt', 'a missed failure needs its time');
  if (verdict !== 'missed' && anomalyId === undefined) issue('anomalyId', 'is missing');
  if (interval !== undefined && (interval[0] ?? 0) > (interval[1] ?? 0))
    issue('interval', 'is not [low, high]');
};

/** The outcome body of the contract. */
export const outcomeBody = z
  .strictObject({
    ...fields,
    source: z.enum(OUTCOME_SOURCES).default('human'),
    receivedAt: instant.optional(),
  })
  .check(consistent)
  .check(after('startedAt', 'endedAt'))
  .meta({ id: 'Outcome' });

export type OutcomeBody = z.output<typeof outcomeBody>;

/** An outcome inside a retrospective: its author and time are the retrospective's. */
export const retrospectiveOutcome = z.strictObject({
  ...fields,
  source: z.enum(OUTCOME_SOURCES).default('human'),
});
