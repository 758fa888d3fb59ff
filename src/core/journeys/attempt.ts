import type { Instant } from '../telemetry/time.js';
import type { Satisfaction } from './journey-event.js';
import type { Journey } from './journey.js';

export type AttemptState = 'open' | 'converted' | 'abandoned';

/** A score that an actor gave while a stage was the last one reached. */
export interface StageSatisfaction extends Satisfaction {
  readonly stageIndex: number;
}

/** One actor's walk through one journey. */
export interface Attempt {
  readonly startedAt: Instant;
  /** The segment of the event that began it. */
  readonly segment: string | null;
  /** When each stage was reached, in the order of the journey's stages. */
  readonly stageTimes: readonly (Instant | null)[];
  /** Stages reached, less one: the index of the furthest stage, except in unordered journeys. */
  readonly furthest: number;
  readonly reachedLast: boolean;
  /** When another event ended it, in strict journeys. */
  readonly stoppedAt: Instant | null;
  readonly satisfaction: readonly StageSatisfaction[];
}

/** The state at the moment; the window is inclusive, so an attempt is open at its very end. */
export function attemptState(
  journey: Journey,
  attempt: Attempt,
  now: Instant,
): { readonly state: AttemptState; readonly immature: boolean } {
  const immature = now <= attempt.startedAt + journey.window;
  if (attempt.reachedLast) return { state: 'converted', immature };
  const stopped = attempt.stoppedAt !== null && attempt.stoppedAt <= now;
  return { state: immature && !stopped ? 'open' : 'abandoned', immature };
}
