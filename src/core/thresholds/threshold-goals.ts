import type { Comparison } from '../telemetry/anomaly.js';
import type { Duration } from '../telemetry/time.js';
import { thresholdLevel } from './alert-rule.js';
import type { MissRateBound } from './miss-rate-test.js';

/** What a good threshold is, and how far a suggestion may go. */
export interface ThresholdGoals {
  readonly comparison: Comparison;
  readonly costPage: number;
  /** The threshold in use; absent where there is no rule yet. */
  readonly current?: number | undefined;
  readonly maxPagesPerWeek?: number | undefined;
  readonly missRate?: MissRateBound | undefined;
  /** Values on the harmless side of this never page, whatever it would save. */
  readonly floor?: number | undefined;
  /** The largest move from the current threshold, as a share of it. */
  readonly maxStep?: number | undefined;
  /** How long it takes until it is known whether there was a failure. */
  readonly embargo: Duration;
}

/** Whether a threshold's level respects the floor and the step from the current threshold. */
export function isWithinReach(level: number, goals: ThresholdGoals): boolean {
  const { comparison, floor, current, maxStep } = goals;
  if (floor !== undefined && level < thresholdLevel(floor, comparison)) return false;
  if (current === undefined || maxStep === undefined) return true;
  const threshold = comparison.startsWith('>') ? level : -level;
  return Math.abs(threshold - current) <= maxStep * Math.abs(current);
}
