import { z } from 'zod';

import { duration, instant } from './instant.js';
import { key } from './labels.js';

/** A pre-aggregated stage metric, as a warehouse feeds it. */
export const stageMetricBody = z
  .strictObject({
    journey: key,
    stage: key,
    segment: key.optional(),
    bucketStart: instant,
    bucket: duration,
    entered: z.int().min(0),
    converted: z.int().min(0),
    medianSecondsToConvert: z.number().min(0).optional(),
    satisfaction: z.number().optional(),
    receivedAt: instant.optional(),
  })
  .check((context) => {
    const { entered, converted } = context.value;
    if (converted > entered) {
      context.issues.push({
        code: 'custom',
        input: converted,
        path: ['converted'],
        message: 'is more than entered',
        params: { code: 'inconsistent' },
      });
    }
  })
  .meta({ id: 'StageMetric' });

export type StageMetricBody = z.output<typeof stageMetricBody>;
