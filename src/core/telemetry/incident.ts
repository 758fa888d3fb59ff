import type { Severity } from './anomaly.js';
import type { Instant } from './time.js';

/** What people handle: groups episodes; detected, acknowledged, mitigated, resolved. */
export interface Incident {
  readonly id: string;
  readonly title: string;
  readonly severity: Severity;
  readonly anomalyIds: readonly string[];
  readonly detectedAt: Instant;
  readonly acknowledgedAt?: Instant | undefined;
  readonly mitigatedAt?: Instant | undefined;
  readonly resolvedAt?: Instant | undefined;
}
