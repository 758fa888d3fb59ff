import type { Journey, Stage } from '../journeys/journey.js';
import { HOUR, MINUTE, type Duration, type Instant } from '../telemetry/time.js';
import { LONGEST_FAILURE } from './failure-window.js';

/** How far after an episode's start its harm is looked for where the stage does not say. */
export const DEFAULT_HORIZON: Duration = HOUR;

/** How late an event may be and still count in the first measurement. */
export const LATENESS: Duration = 30 * MINUTE;

/**
 * When an episode's outcome on a stage can be measured: its failure window has ended at the latest,
 * the last entrants' time to convert has passed, and late events have come.
 */
export function outcomeDueAt(startedAt: Instant, stage: Stage, journey: Journey): Instant {
  const horizon = stage.horizon ?? DEFAULT_HORIZON;
  return startedAt + horizon + LONGEST_FAILURE + (stage.window ?? journey.window) + LATENESS;
}
