import type { Instant } from '../telemetry/time.js';
import type { Outcome } from './outcome.js';

export const THRESHOLD_VERDICTS = ['too-sensitive', 'too-late', 'right'] as const;

export interface ThresholdVerdict {
  readonly rule: string;
  readonly verdict: (typeof THRESHOLD_VERDICTS)[number];
}

export interface RetrospectiveAction {
  readonly title: string;
  readonly owner: string;
  readonly due?: Instant | undefined;
}

/** What a team concluded about an incident. */
export interface Retrospective {
  readonly id: string;
  readonly incidentId: string;
  readonly author: string;
  readonly heldAt: Instant;
  readonly outcomes: readonly Outcome[];
  readonly missed: readonly Outcome[];
  readonly factors: readonly string[];
  readonly thresholdVerdicts: readonly ThresholdVerdict[];
  readonly runbookVerdict?: string | undefined;
  readonly actions: readonly RetrospectiveAction[];
}
