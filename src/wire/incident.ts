import { z } from 'zod';

import { SEVERITIES } from '../core/telemetry/anomaly.js';
import { instant } from './instant.js';
import { key, text } from './labels.js';
import { after } from './received.js';

/** The incident body of the contract. */
export const incidentBody = z
  .strictObject({
    id: key,
    title: text,
    severity: z.enum(SEVERITIES),
    anomalyIds: z.array(key).max(10_000).default([]),
    detectedAt: instant,
    acknowledgedAt: instant.optional(),
    mitigatedAt: instant.optional(),
    resolvedAt: instant.optional(),
    receivedAt: instant.optional(),
  })
  .check(after('detectedAt', 'acknowledgedAt'))
  .check(after('detectedAt', 'mitigatedAt'))
  .check(after('detectedAt', 'resolvedAt'))
  .meta({ id: 'Incident' });

/** What a revision of an incident may change. */
export const incidentPatch = z
  .strictObject({
    title: text.optional(),
    severity: z.enum(SEVERITIES).optional(),
    acknowledgedAt: instant.optional(),
    mitigatedAt: instant.optional(),
    resolvedAt: instant.optional(),
    receivedAt: instant.optional(),
  })
  .meta({ id: 'IncidentPatch' });

export const incidentAnomalies = z
  .strictObject({ anomalyIds: z.array(key).min(1).max(10_000), receivedAt: instant.optional() })
  .meta({ id: 'IncidentAnomalies' });
