import type { Instant } from '../telemetry/time.js';

export interface Satisfaction {
  /** CSAT scores 1..5, NPS 0..10. */
  readonly scale: 'csat' | 'nps';
  readonly score: number;
}

/** One thing an actor did. */
export interface JourneyEvent {
  readonly id?: string | undefined;
  readonly source: string;
  /** Pseudonymised by the sender. */
  readonly actor: string;
  readonly event: string;
  readonly occurredAt: Instant;
  readonly sentAt?: Instant | undefined;
  /** When this installation learned of it. */
  readonly receivedAt: Instant;
  readonly segment?: string | undefined;
  readonly properties?: Readonly<Record<string, unknown>> | undefined;
  readonly satisfaction?: Satisfaction | undefined;
}
