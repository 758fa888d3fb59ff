import { z } from 'zod';

import type { Journey } from '../core/journeys/journey.js';
import { FUNNEL_ORDERS } from '../core/journeys/journey.js';
import { DAY } from '../core/telemetry/time.js';
import { duration, instant, writeDuration } from './instant.js';
import { anyText, key, share, text } from './labels.js';

/** Longer than any journey lasts: with what is added to it, it is still a time, and a column holds its seconds. */
const LONGEST = 10 * 365 * DAY;

const length = duration.refine((milliseconds) => milliseconds <= LONGEST, {
  error: 'is longer than 10 years',
  params: { code: 'out-of-range' },
});

const stageBody = z.strictObject({
  key,
  event: key,
  where: z.record(key, z.union([anyText, z.number(), z.boolean()])).optional(),
  weight: share,
  window: length.optional(),
  horizon: length.optional(),
  timeToValueTarget: length
    .meta({
      description:
        'How soon after its entry into the journey (its first stage) an attempt should have reached this stage',
    })
    .optional(),
  failureModes: z.array(z.strictObject({ key, description: text })).optional(),
  failure: z
    .strictObject({ minRelativeDrop: z.number().gt(0).max(1), minLoss: z.number().min(0) })
    .optional(),
  mappings: z
    .array(z.strictObject({ match: z.array(anyText.min(1)).min(1), relevance: share }))
    .optional(),
});

/** Stages fit into one bit mask an event. */
const MAX_STAGES = 30;

const fields = {
  name: text,
  owner: key,
  window: length,
  valuePerConversion: z.number().min(0).optional(),
  currency: z
    .string()
    .regex(/^[A-Za-z]{3}$/, 'is not a currency of ISO 4217 such as EUR')
    .optional(),
  order: z.enum(FUNNEL_ORDERS).default('ordered'),
  assumptions: z.array(text).optional(),
  segments: z.array(key).optional(),
  stages: z
    .array(stageBody)
    .min(1)
    .max(MAX_STAGES)
    .check((context) => {
      const seen = new Set<string>();
      for (const [index, stage] of context.value.entries()) {
        if (seen.has(stage.key)) {
          context.issues.push({
            code: 'custom',
            input: stage.key,
            path: [index, 'key'],
            message: `the stage ${stage.key} is there twice`,
            params: { code: 'duplicate-key' },
          });
        }
        seen.add(stage.key);
      }
    }),
  receivedAt: instant.optional(),
};

/** What names a journey, also in a path. */
export const journeyKey = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9_.-]{0,99}$/, 'is not made of letters, digits, ., _ and -');

/** The journey body of the contract. */
export const journeyBody = z.strictObject({ key: journeyKey, ...fields }).meta({ id: 'Journey' });

/** A new version of a journey: its key is in the path and may be repeated. */
export const journeyRevision = z
  .strictObject({ key: journeyKey.optional(), ...fields })
  .meta({ id: 'JourneyRevision' });

export type JourneyBody = z.output<typeof journeyBody>;
export type JourneyRevision = z.output<typeof journeyRevision>;

const written = (length: number | undefined): string | undefined =>
  length === undefined ? undefined : writeDuration(length);

/** A journey as the wire has it, with its durations written. */
export function writeJourney(journey: Journey): Record<string, unknown> {
  return {
    ...journey,
    window: writeDuration(journey.window),
    stages: journey.stages.map((stage) => ({
      ...stage,
      window: written(stage.window),
      horizon: written(stage.horizon),
      timeToValueTarget: written(stage.timeToValueTarget),
    })),
  };
}
