import { createHash } from 'node:crypto';
import { z } from 'zod';

import type { Anomaly } from '../core/telemetry/anomaly.js';
import { COMPARISONS, SEVERITIES } from '../core/telemetry/anomaly.js';
import { instant } from './instant.js';
import { LONGEST_KEY, key, labels, share } from './labels.js';
import { after } from './received.js';

/** The anomaly body of the contract. */
export const anomalyBody = z
  .strictObject({
    id: key,
    source: key,
    name: key,
    fingerprint: key.optional(),
    metric: key.optional(),
    value: z.number().optional(),
    peakValue: z.number().optional(),
    threshold: z.number().optional(),
    comparison: z.enum(COMPARISONS).optional(),
    severity: z.enum(SEVERITIES),
    score: z.number().optional(),
    confidence: share.optional(),
    labels: labels.default({}),
    annotations: labels.optional(),
    segment: key.optional(),
    startedAt: instant,
    endedAt: instant.optional(),
    receivedAt: instant.optional(),
  })
  .check(after('startedAt', 'endedAt'))
  .meta({ id: 'Anomaly' });

export type AnomalyBody = z.output<typeof anomalyBody>;

/** The rule and its labels: what makes two anomalies the same trouble where the sender does not say. */
function fingerprintOf(body: AnomalyBody): string {
  const pairs = Object.entries(body.labels)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => `${name}=${JSON.stringify(value)}`);
  const fingerprint = `${body.name}{${pairs.join(',')}}`;
  // An index holds no longer key than this.
  return fingerprint.length <= LONGEST_KEY
    ? fingerprint
    : createHash('sha256').update(fingerprint).digest('hex');
}

/** The core's anomaly of a body. */
export function anomalyOf(body: AnomalyBody): Anomaly {
  const { receivedAt: _receivedAt, ...rest } = body;
  return { ...rest, fingerprint: body.fingerprint ?? fingerprintOf(body) };
}
