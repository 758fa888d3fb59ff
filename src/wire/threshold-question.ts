import { z } from 'zod';

import { MINUTE } from '../core/telemetry/time.js';
import { ruleBody } from './alert-rule.js';
import { duration, durationOrNone, instant } from './instant.js';
import { key, labels } from './labels.js';

/** Samples that one call may bring: a year of every ten minutes. */
const MOST_POINTS = 100_000;
const MOST_SERIES = 100;

/** null is a sample that compares with nothing (NaN). */
const points = z.array(z.tuple([instant, z.number().nullable()])).max(MOST_POINTS);

const DAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] as const;

const hours = z
  .strictObject({
    days: z
      .array(z.enum(DAYS))
      .min(1)
      .default([...DAYS]),
    from: z.int().min(0).max(23).default(0),
    to: z.int().min(1).max(24).default(24),
  })
  .refine(({ from, to }) => from < to, {
    path: ['to'],
    message: 'lies not after from',
    params: { code: 'inconsistent' },
  })
  .transform(({ days, from, to }) => ({
    days: days.map((day) => DAYS.indexOf(day)).sort(),
    ...{ from, to },
  }));

/** A metric's history: samples, several labelled series of them, or where Prometheus has it. */
export const seriesBody = z.union([
  z.strictObject({ points }),
  z
    .array(z.strictObject({ labels: labels.default({}), points }))
    .min(1)
    .max(MOST_SERIES),
  z.strictObject({
    prometheus: z.strictObject({
      url: z.string().max(2000),
      query: z.string().min(1).max(5000),
      from: instant,
      to: instant,
      step: duration,
    }),
  }),
]);

export type SeriesBody = z.output<typeof seriesBody>;

const question = {
  rule: ruleBody,
  journey: key,
  stage: key,
  costPage: z.number().min(0).default(1),
  lead: durationOrNone.default(30 * MINUTE),
  detect: durationOrNone.default(30 * MINUTE),
  savedShare: z.number().min(0).max(1).default(1),
  groupBy: z.array(key).max(20).default([]),
  groupGap: durationOrNone.default(0),
  hours: hours.optional(),
};

/** The body of a backtest: a rule, the stage whose failures it should catch, and the metric's history. */
export const backtestBody = z
  .strictObject({ ...question, series: seriesBody })
  .meta({ id: 'Backtest' });

export type BacktestBody = z.output<typeof backtestBody>;

/** The body of a suggestion; without a series past alerts, or impact scores, are all there is. */
export const suggestionBody = z
  .strictObject({
    ...question,
    series: seriesBody.optional(),
    maxPagesPerWeek: z.number().positive().optional(),
    alpha: z.number().gt(0).lt(1).optional(),
    confidence: z.number().gt(0).lt(1).default(0.9),
    floor: z.number().optional(),
    maxStep: z.number().positive().optional(),
    seed: z.int().default(0),
    /** Only what was known then counts (scope `backfill`). */
    asOf: instant.optional(),
  })
  .meta({ id: 'ThresholdQuestion' });

export type SuggestionBody = z.output<typeof suggestionBody>;
