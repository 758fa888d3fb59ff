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
  segment: key.optional(),
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
  supersedes: key
    .meta({ description: 'An outcome of the same episode and stage that was recorded before' })
    .optional(),
};

type Checked = z.core.CheckFn<{
  id?: string | undefined;
  supersedes?: string | undefined;
  anomalyId?: string | undefined;
  failure?: boolean | null | undefined;
  verdict: string;
  conversionsLost?: number | undefined;
  startedAt?: number | undefined;
  interval?: readonly [number, number] | undefined;
}>;

/** What is wrong with an outcome as a whole: a missed failure has no anomaly but a time; every other names its anomaly. */
function inconsistencies(outcome: Parameters<Checked>[0]['value']): (readonly [string, string])[] {
  const missed = outcome.verdict === 'missed';
  const [low, high] = outcome.interval ?? [-Infinity, Infinity];
  const lost = outcome.conversionsLost ?? low;
  const ownId = outcome.id !== undefined && outcome.supersedes === outcome.id;
  const rules = [
    [missed && outcome.anomalyId !== undefined, 'anomalyId', 'a missed failure has no anomaly'],
    [missed && outcome.startedAt === undefined, 'startedAt', 'a missed failure needs its time'],
    [!missed && outcome.anomalyId === undefined, 'anomalyId', 'is missing'],
    [missed && outcome.failure === false, 'failure', 'a missed failure is one; null takes it back'],
    [low > high, 'interval', 'is not [low, high]'],
    [low <= high && (lost < low || lost > high), 'conversionsLost', 'lies outside its interval'],
    [ownId, 'supersedes', 'is the outcome itself'],
  ] as const;
  return rules.filter(([broken]) => broken).map(([, path, message]) => [path, message] as const);
}

const consistent: Checked = (context) => {
  for (const [path, message] of inconsistencies(context.value)) {
    const params = { code: 'inconsistent' };
    context.issues.push({ code: 'custom', input: context.value, path: [path], message, params });
  }
};

const source = z
  .enum(OUTCOME_SOURCES)
  .default('human')
  .meta({ description: '`measured` needs a key with scope backfill or admin' });

/** The outcome body of the contract. */
export const outcomeBody = z
  .strictObject({
    ...fields,
    source,
    receivedAt: instant.optional(),
  })
  .check(consistent)
  .check(after('startedAt', 'endedAt'))
  .meta({ id: 'Outcome' });

const told = z.strictObject({ ...fields, source });

/** An outcome inside a retrospective: its author and time are the retrospective's. */
export const retrospectiveOutcome = told.check(consistent).check(after('startedAt', 'endedAt'));

/** A failure that a retrospective found without an anomaly. */
export const missedOutcome = told
  .extend({ verdict: z.literal('missed') })
  .check(consistent)
  .check(after('startedAt', 'endedAt'));
