import type { FailureMode } from '../journeys/journey.js';
import type { Duration } from '../telemetry/time.js';

/** Customer groups, their share of the traffic and how readily they go on, relative to the rate. */
export const SEGMENTS = [
  { name: 'mobile', source: 'app', share: 0.58, readiness: 0.96 },
  { name: 'desktop', source: 'web', share: 0.34, readiness: 1.05 },
  { name: 'partner', source: 'partner-api', share: 0.08, readiness: 1.02 },
] as const;

/** How customers behave at one stage. */
export interface StageBehaviour {
  readonly key: string;
  readonly event: string;
  readonly weight: number;
  /** Probability of going on to the next stage in health; 0 at the last. */
  readonly rate: number;
  /** Median time to the next stage, and the spread of its logarithm. */
  readonly median: Duration;
  readonly sigma: number;
  readonly window: Duration;
  readonly minLoss: number;
  readonly minRelativeDrop: number;
  /** Services that going on depends on, 0..1. */
  readonly needs: Readonly<Record<string, number>>;
  /** What the team believes touches the stage: near the truth, not the truth. */
  readonly mapped: Readonly<Record<string, number>>;
  readonly failureModes: readonly FailureMode[];
}

/** A journey and how many customers set out on it. */
export interface JourneyBehaviour {
  readonly key: string;
  readonly name: string;
  readonly owner: string;
  readonly window: Duration;
  readonly valuePerConversion: number;
  readonly attemptsPerDay: number;
  /** Traffic by weekday, Monday first, mean about 1. */
  readonly weekdays: readonly number[];
  /** Services without which nobody arrives at all, 0..1. */
  readonly arrival: Readonly<Record<string, number>>;
  readonly assumptions: readonly string[];
  readonly stages: readonly StageBehaviour[];
}
