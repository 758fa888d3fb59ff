import type { Journey, Stage } from '../journeys/journey.js';
import { HOUR, MINUTE, type Duration, type Instant } from '../telemetry/time.js';
import { LONGEST_FAILURE } from './failure-pieces.js';

/** How far after an episode's start its harm is looked for where the stage does not say. */
export const DEFAULT_HORIZON: Duration = HOUR;

/** How late events are waited for unless told otherwise. */
export const LATENESS: Duration = 15 * MINUTE;

/** From the start of an episode to its outcome being usable; also the embargo between splits. */
export function labelDelay(
  stage: Pick<Stage, 'horizon' | 'window'>,
  journey: Pick<Journey, 'window'>,
  lateness: Duration = LATENESS,
): Duration {
  const search = (stage.horizon ?? DEFAULT_HORIZON) + LONGEST_FAILURE;
  return search + (stage.window ?? journey.window) + lateness;
}

/**
 * When an episode's outcome can be measured: the last failure that may begin in its window has
 * ended, everyone who entered then has had the time to convert, and late events have come; not before
 * the episode itself is known.
 */
export function outcomeDueAt(
  episode: { readonly startedAt: Instant; readonly knownAt: Instant },
  stage: Pick<Stage, 'horizon' | 'window'>,
  journey: Pick<Journey, 'window'>,
  lateness: Duration = LATENESS,
): Instant {
  return Math.max(episode.knownAt, episode.startedAt + labelDelay(stage, journey, lateness));
}
