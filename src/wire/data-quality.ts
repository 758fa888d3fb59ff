import { z } from 'zod';

import { QUALITY_ISSUES } from '../core/monitoring/data-quality.js';

const time = z.string().meta({ format: 'date-time' });
const share = z.number().nullable();

const featureQuality = z.object({
  missing: share,
  missingInReference: share,
  unseen: share.meta({
    description:
      'Share of known values outside the range of the reference, or of a category that it never had',
  }),
  unseenKinds: z.int().meta({ description: 'How many different ones these are' }),
  unseenValues: z
    .array(z.object({ value: z.union([z.number(), z.string()]), rows: z.int() }))
    .meta({ description: 'The five most frequent of these; long names are shortened' }),
  isConstant: z.boolean(),
  issues: z.array(z.enum(QUALITY_ISSUES)),
});

/** The data quality report as the wire has it. */
export const dataQualityAnswer = z
  .object({
    model: z.string(),
    from: time,
    until: time,
    asOf: time,
    rows: z.int(),
    features: z.record(z.string(), featureQuality),
    flagged: z.array(z.string()).meta({ description: 'Features with an issue, the worst first' }),
    chunks: z.array(z.object({ from: time, until: time, rows: z.int(), missing: share })),
    labels: z.record(z.string(), z.int()),
    sources: z.record(z.string(), z.int()),
  })
  .meta({ id: 'DataQuality' });
