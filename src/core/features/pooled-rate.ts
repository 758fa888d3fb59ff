import type { LabelTally } from './feature-context.js';

/** The failure rate that is assumed where nothing has been decided yet. */
export const DEFAULT_FAILURE_RATE = 0.1;

/** How many decided episodes the coarser level's rate is worth. */
export const POOLING_STRENGTH = 5;

/**
 * Failure rate of a group, pulled to the coarser level's by beta smoothing: (f + m r) / (n + m).
 *
 * @param coarser the rate that the group falls back to, 0..1.
 */
export function pooledRate(tally: LabelTally | null, coarser: number): number {
  if (tally === null) return coarser;
  return (tally.failures + POOLING_STRENGTH * coarser) / (tally.decided + POOLING_STRENGTH);
}

/** How far a group speaks for itself: n / (n + m), 0 without history, near 1 with much. */
export function evidenceShare(tally: LabelTally | null): number {
  return tally === null ? 0 : tally.decided / (tally.decided + POOLING_STRENGTH);
}
