import { z } from 'zod';

import type { PricedFailure } from '../core/thresholds/failure-loss.js';
import { formatInstant } from './instant.js';

const moment = z.string().meta({ format: 'date-time' });

/** A failure that a threshold would have missed. */
export const missedFailure = z.object({
  failureId: z.string(),
  startedAt: moment,
  endedAt: moment,
  valueLost: z.number(),
});

/** A missed failure as it is answered. */
export function writeMissed({
  id,
  startedAt,
  endedAt,
  valueLost,
}: PricedFailure): z.output<typeof missedFailure> {
  return {
    failureId: id,
    startedAt: formatInstant(startedAt),
    endedAt: formatInstant(endedAt),
    valueLost,
  };
}

/** What a backtest answers. */
export const backtestAnswer = z.object({
  threshold: z.number(),
  pages: z.int(),
  pagesPerWeek: z.number(),
  caught: z.int(),
  missed: z.int(),
  cost: z.number(),
  notes: z.array(z.string()),
  episodes: z.array(
    z.object({
      startedAt: moment,
      endedAt: moment.nullable(),
      failureIds: z.array(z.string()),
      labels: z.record(z.string(), z.string()),
    }),
  ),
  missedFailures: z.array(missedFailure),
});
