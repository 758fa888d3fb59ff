import { z } from 'zod';

const moment = z.string().meta({ format: 'date-time' });

/** What a backtest answers. */
export const backtestAnswer = z.object({
  threshold: z.number(),
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
  missedFailures: z.array(
    z.object({ failureId: z.string(), startedAt: moment, endedAt: moment, valueLost: z.number() }),
  ),
});
