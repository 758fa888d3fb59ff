import { z } from 'zod';

import type { Instant } from '../core/telemetry/time.js';
import { SUGGESTION_STATES } from '../core/thresholds/suggestion-state.js';
import { HISTORY_SOURCES } from '../core/thresholds/threshold-question.js';
import type { ThresholdEvidence } from '../core/thresholds/threshold-evidence.js';
import type { ThresholdSuggestion } from '../core/thresholds/threshold-suggestion.js';
import { missedFailure, writeMissed } from './backtest.js';
import { formatInstant } from './instant.js';

const moment = z.string().meta({ format: 'date-time' });

const point = z
  .object({
    threshold: z.number(),
    pages: z.int(),
    pagesPerWeek: z.number(),
    caught: z.int(),
    missed: z.int(),
    cost: z.number(),
  })
  .meta({ id: 'ThresholdPoint' });

/** Of 99 %, for the cost of as long a time again. */
const interval = z.tuple([z.number(), z.number()]).nullable();

const lived = z.object({
  weeks: z.number(),
  pagesPerWeek: z.number(),
  failures: z.int(),
  missed: z.int(),
  continuitySeconds: z.number().nullable(),
});

/** What a suggestion says, once it is made. */
const answerBody = z.object({
  verdict: z.enum(['raise', 'lower', 'keep', 'insufficient-evidence']),
  reason: z.string(),
  current: point.nullable(),
  suggested: point.nullable(),
  interval,
  chanceDearer: z.number().nullable(),
  frontier: z.array(point),
  flips: z.array(z.string()),
  missedFailureIds: z.array(z.string()),
  missedFailures: z.array(missedFailure),
  walkForward: z
    .object({
      blocks: z.int(),
      cost: z.number(),
      currentCost: z.number(),
      bestCost: z.number(),
    })
    .nullable(),
  failures: z.int(),
  from: moment,
  until: moment,
  evidence: z.enum(HISTORY_SOURCES),
  notes: z.array(z.string()),
});

export type SuggestionAnswer = z.output<typeof answerBody>;

/** A suggestion with where it stands. */
export const suggestionAnswer = answerBody
  .partial()
  .extend({
    id: z.string(),
    state: z.enum(SUGGESTION_STATES),
    progress: z.enum(['queued', 'running', 'done', 'failed']),
    failure: z.object({ code: z.string(), detail: z.string() }).optional(),
    journey: z.string(),
    stage: z.string(),
    rule: z.record(z.string(), z.unknown()),
    requestedBy: z.string(),
    createdAt: moment,
    knownBy: moment,
    expiresAt: moment,
    modelVersion: z.string().nullable(),
    stale: z.array(z.string()),
    decisions: z
      .array(
        z.object({
          decision: z.string(),
          state: z.string(),
          owner: z.string(),
          reason: z.string(),
          by: z.string(),
          at: moment,
          stale: z.array(z.string()),
        }),
      )
      .optional(),
    shadow: z
      .object({
        from: moment,
        to: moment,
        pages: z.int(),
        wouldPage: z.int(),
        unknown: z.int(),
      })
      .optional(),
    effect: z
      .object({
        from: moment,
        to: moment,
        promised: lived.pick({ pagesPerWeek: true }).extend({ missedPerWeek: z.number() }),
        observed: lived,
        before: lived,
      })
      .optional(),
  })
  .meta({ id: 'ThresholdSuggestion' });

/** A day of a suggestion, `2026-01-06`. */
export const writeDay = (at: Instant): string => formatInstant(at).slice(0, 10);

/** A suggestion as the contract has it. */
export function writeSuggestion(
  suggestion: ThresholdSuggestion,
  { losses, from, until }: Pick<ThresholdEvidence, 'losses' | 'from' | 'until'>,
): Omit<SuggestionAnswer, 'evidence' | 'notes'> {
  const { verdict, reason, current, suggested, interval, frontier, walkForward } = suggestion;
  return {
    ...{ verdict, reason, current, suggested },
    interval: interval === null ? null : [interval[0], interval[1]],
    chanceDearer: suggestion.chanceDearer,
    frontier: [...frontier],
    flips: suggestion.flips.map(writeDay),
    missedFailureIds: suggestion.missed.map(({ id }) => id),
    missedFailures: suggestion.missed.map(writeMissed),
    walkForward,
    failures: losses.length,
    from: formatInstant(from),
    until: formatInstant(until),
  };
}
