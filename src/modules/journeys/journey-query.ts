import { z } from 'zod';

import { TABLE_FORMATS } from '../../storage/table-file.js';
import { FUNNEL_ORDERS } from '../../core/journeys/journey.js';
import { duration, instant } from '../../wire/instant.js';
import { key } from '../../wire/labels.js';

/** As what a table is answered. */
const format = z.enum(TABLE_FORMATS).optional();

/** What `GET /v1/journeys/{key}/metrics` may be asked. */
export const metricsQuery = z.object({
  from: instant.optional(),
  to: instant.optional(),
  bucket: duration.optional(),
  segment: key.optional(),
  format,
});

/** What `GET /v1/journeys/{key}/time-to-value` may be asked. */
export const timeToValueQuery = z.object({
  from: instant.optional(),
  to: instant.optional(),
  stage: key.optional(),
  segment: key.optional(),
});

/** What `GET /v1/journeys/{key}/funnel` may be asked. */
export const funnelQuery = z.object({
  from: instant.optional(),
  to: instant.optional(),
  order: z.enum(FUNNEL_ORDERS).optional(),
  window: duration.optional(),
  segment: key.optional(),
  format,
});
