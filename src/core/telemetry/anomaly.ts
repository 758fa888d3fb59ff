import type { Instant } from './time.js';

export const SEVERITIES = ['info', 'warning', 'error', 'critical'] as const;
export type Severity = (typeof SEVERITIES)[number];

export const COMPARISONS = ['>', '>=', '<', '<='] as const;
export type Comparison = (typeof COMPARISONS)[number];

export type Labels = Readonly<Record<string, string>>;

/** One signal that something is off: an alert or a detector's finding. */
export interface Anomaly {
  /** Unique within its source; a later body with the same id revises it. */
  readonly id: string;
  readonly source: string;
  /** The rule that fired. */
  readonly name: string;
  /** What makes two anomalies the same trouble; repeats of one fingerprint are one episode. */
  readonly fingerprint: string;
  readonly metric?: string | undefined;
  readonly value?: number | undefined;
  /** The worst value while it fired, known only once it has ended. */
  readonly peakValue?: number | undefined;
  readonly threshold?: number | undefined;
  readonly comparison?: Comparison | undefined;
  readonly severity: Severity;
  readonly score?: number | undefined;
  readonly confidence?: number | undefined;
  readonly labels: Labels;
  readonly annotations?: Labels | undefined;
  readonly segment?: string | undefined;
  readonly startedAt: Instant;
  readonly endedAt?: Instant | undefined;
}
