import type { Instant } from '../telemetry/time.js';

export const VERDICTS = ['caused', 'contributed', 'unrelated', 'missed', 'unknown'] as const;
/** Attribution: what the episode had to do with the drop. */
export type Verdict = (typeof VERDICTS)[number];

export const OUTCOME_SOURCES = ['human', 'measured', 'import'] as const;
export type OutcomeSource = (typeof OUTCOME_SOURCES)[number];

/** What an episode did to a stage. Append-only; a correction supersedes. */
export interface Outcome {
  readonly id: string;
  /** Absent for a missed failure. */
  readonly anomalyId?: string | undefined;
  readonly journey: string;
  readonly stage: string;
  /** Whose outcome it is; absent for everyone's. */
  readonly segment?: string | undefined;
  /** Whether the loss is real; null where it cannot be decided. */
  readonly failure: boolean | null;
  readonly failureProbability?: number | undefined;
  /** One failure, however many episodes fire on it. */
  readonly failureId?: string | undefined;
  readonly verdict: Verdict;
  readonly conversionsLost?: number | undefined;
  /** 90 % interval of the conversions lost. */
  readonly interval?: readonly [number, number] | undefined;
  readonly mitigation?: string | undefined;
  readonly source: OutcomeSource;
  readonly author?: string | undefined;
  readonly startedAt?: Instant | undefined;
  readonly endedAt?: Instant | undefined;
  readonly supersedes?: string | undefined;
}
