import { z } from 'zod';

import { COMPARISONS } from '../core/telemetry/anomaly.js';
import { MINUTE } from '../core/telemetry/time.js';
import { duration, instant } from './instant.js';
import { anyText, key, labels, text } from './labels.js';

/** Samples that one call may bring: a year of every ten minutes. */
const MOST_POINTS = 100_000;

/** An alert rule as the contract has it. */
const ruleBody = z.strictObject({
  name: key,
  expr: anyText.optional(),
  metric: text.optional(),
  comparison: z.enum(COMPARISONS),
  threshold: z.number(),
  for: duration.optional(),
  keepFiringFor: duration.optional(),
  labels: labels.optional(),
});

/** The body of a backtest: a rule, the stage whose failures it should catch, and the metric's history. */
export const backtestBody = z
  .strictObject({
    rule: ruleBody,
    journey: key,
    stage: key,
    series: z.strictObject({
      points: z
        .array(z.tuple([instant, z.number()]))
        .min(1)
        .max(MOST_POINTS),
    }),
    costPage: z.number().min(0).default(1),
    lead: duration.default(30 * MINUTE),
    detect: duration.default(30 * MINUTE),
  })
  .meta({ id: 'Backtest' });

export type BacktestBody = z.output<typeof backtestBody>;

const moment = z.string().meta({ format: 'date-time' });

/** What a backtest answers. */
export const backtestAnswer = z.object({
  threshold: z.number(),
  pagesPerWeek: z.number(),
  caught: z.int(),
  missed: z.int(),
  cost: z.number(),
  episodes: z.array(
    z.object({
      startedAt: moment,
      endedAt: moment.nullable(),
      failureIds: z.array(z.string()),
    }),
  ),
  missedFailures: z.array(
    z.object({ failureId: z.string(), startedAt: moment, endedAt: moment, valueLost: z.number() }),
  ),
});
