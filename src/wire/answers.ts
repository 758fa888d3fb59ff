import { z } from 'zod';

import { OUTCOME_SOURCES, VERDICTS } from '../core/outcomes/outcome.js';
import { BANDS } from '../core/scoring/prediction.js';

const pair = z.tuple([z.number(), z.number()]);
const time = z.string().meta({ format: 'date-time' });

const fieldError = z.object({ pointer: z.string(), code: z.string(), detail: z.string() });

/** RFC 9457. */
export const problemBody = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    instance: z.string(),
    errors: z.array(fieldError),
  })
  .meta({ id: 'Problem' });

const rejection = z.object({
  index: z.int(),
  code: z.string(),
  pointer: z.string(),
  detail: z.string(),
  /** What else is wrong with the same item. */
  also: z.array(fieldError).optional(),
});

export const bulkAnswerBody = z
  .object({
    accepted: z.int(),
    duplicates: z.int(),
    rejected: z.array(rejection),
    untold: z.int().optional(),
  })
  .meta({ id: 'BulkResult' });

export const predictionAnswer = z
  .object({
    anomalyId: z.string(),
    journey: z.string(),
    stage: z.string(),
    segment: z.string().nullable(),
    probability: z.number(),
    interval: pair,
    expectedLoss: z.object({
      conversions: z.number(),
      conversionsIfFailure: z.number(),
      interval: pair,
      value: z.number(),
    }),
    impactScore: z.number(),
    priority: z.object({
      value: z.number(),
      band: z.enum(BANDS),
      uxSeverity: z.number(),
      businessSensitivity: z.number(),
      feasibility: z.number(),
      weightsVersion: z.int(),
    }),
    reasons: z.array(
      z.object({
        feature: z.string(),
        value: z.union([z.number(), z.string(), z.null()]),
        contribution: z.number(),
        text: z.string(),
      }),
    ),
    evidence: z.enum(['model', 'prior']),
    abstained: z.boolean(),
    abstainedBecause: z.string().optional(),
    modelVersion: z.string(),
    featuresAsOf: time,
    dataFreshnessSeconds: z.number().nullable(),
    stale: z.array(z.string()),
  })
  .meta({ id: 'Prediction' });

export const scoredAnswer = z
  .object({
    results: z.array(
      z.object({
        index: z.int(),
        anomalyId: z.string(),
        status: z.enum(['stored', 'updated', 'duplicate', 'scored', 'rejected', 'unmapped']).meta({
          description: '`scored`: a prediction of an anomaly that was not stored',
        }),
        predictions: z.array(predictionAnswer),
        error: rejection.omit({ index: true }).optional(),
      }),
    ),
  })
  .meta({ id: 'ScoredAnomalies' });

export const outcomeAnswer = z
  .object({
    id: z.string(),
    anomalyId: z.string().optional(),
    journey: z.string(),
    stage: z.string(),
    segment: z.string().optional(),
    failure: z.boolean().nullable(),
    failureProbability: z.number().optional(),
    failureId: z.string().optional(),
    verdict: z.enum(VERDICTS),
    conversionsLost: z.number().optional(),
    interval: pair.optional(),
    source: z.string(),
    revision: z.int(),
    recordedAt: time,
  })
  .loose()
  .meta({ id: 'OutcomeAnswer' });

export const missedAnswer = z
  .object({
    id: z.string(),
    journey: z.string(),
    stage: z.string(),
    segment: z.string().optional(),
    startedAt: time,
    /** Null where nobody told it: it is taken to last an hour. */
    endedAt: time.nullable(),
    conversionsLost: z.number().nullable(),
    interval: pair.optional(),
    valueLost: z.number().nullable().meta({
      description:
        'By what a conversion was worth when it began: the journey version of that time, or the first that says; null where none does',
    }),
    currency: z.string().optional(),
    /** Who tells of it: more than one, where several outcomes tell of one failure. */
    sources: z.array(z.enum(OUTCOME_SOURCES)),
  })
  .meta({ id: 'MissedFailure' });

export const auditItem = z
  .object({
    anomalyId: z.string(),
    journey: z.string(),
    stage: z.string(),
    /** As it was sent, without the sender's own score and confidence. */
    anomaly: z
      .object({ id: z.string(), source: z.string(), name: z.string(), startedAt: time })
      .loose(),
    /** Whether somebody has said how it went. */
    audited: z.boolean(),
  })
  .meta({ id: 'AuditItem' });

export const trainingRunAnswer = z
  .object({
    id: z.string(),
    state: z.enum(['queued', 'running', 'promoted', 'kept', 'insufficient-data', 'failed']),
    progress: z.number(),
    model: z.string().optional(),
    gate: z.record(z.string(), z.unknown()).optional(),
    reason: z.string().optional(),
    /** Only what was known then was learnt from. */
    asOf: time.optional(),
    requestedBy: z.string(),
    createdAt: time,
    finishedAt: time.optional(),
  })
  .meta({ id: 'TrainingRun' });

export const keptReportAnswer = z
  .object({
    id: z.string(),
    kind: z.enum(['drift']),
    model: z.string(),
    madeAt: time,
    from: time,
    until: time,
    verdict: z.enum(['drifted', 'stable', 'not-enough-data']),
    findings: z.object({
      services: z.array(z.string()),
      features: z.array(z.string()),
      targets: z.array(z.enum(['prediction', 'label'])),
      errorsRose: z.boolean(),
      asksToLearn: z.array(z.string()),
    }),
    href: z.string(),
  })
  .meta({ id: 'KeptReport' });

export const deedAnswer = z
  .object({
    id: z.string(),
    at: time,
    who: z.string(),
    action: z.string(),
    subject: z.string(),
    before: z.record(z.string(), z.unknown()).nullable(),
    after: z.record(z.string(), z.unknown()).nullable(),
    reason: z.string().nullable(),
  })
  .meta({ id: 'Deed' });

/** Any JSON object: for answers that echo a stored body. */
export const anyObject = z.record(z.string(), z.unknown());

/** A page of a listing. */
export const listOf = (item: z.ZodType): z.ZodObject =>
  z.object({ items: z.array(item), next: z.string().optional() });
