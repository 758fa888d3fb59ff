import { z } from 'zod';

import { MINUTE } from '../core/telemetry/time.js';
import { duration, instant } from './instant.js';
import { key } from './labels.js';

/** Sums of many buckets must still fit into 32 bits. */
const count = z.int().min(0).max(100_000_000);

/** A pre-aggregated stage metric, as a warehouse feeds it. */
export const stageMetricBody = z
  .strictObject({
    journey: key,
    stage: key,
    segment: key.optional(),
    bucketStart: instant,
    bucket: duration.refine((length) => length >= MINUTE, {
      message: 'is shorter than a minute',
      params: { code: 'unsupported-bucket' },
    }),
    entered: count,
    converted: count,
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
