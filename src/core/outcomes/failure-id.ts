import type { Instant } from '../telemetry/time.js';
import { overlaps, type TimeSpan } from './stage-series.js';

/** A failure of one stage as it is known so far. */
export interface KnownFailure extends TimeSpan {
  readonly failureId: string;
  readonly journey: string;
  readonly stage: string;
}

export interface StageWindow extends TimeSpan {
  readonly journey: string;
  readonly stage: string;
}

const shared = (a: TimeSpan, b: TimeSpan): number =>
  Math.min(a.endedAt, b.endedAt) - Math.max(a.startedAt, b.startedAt);

const nameOf = (journey: string, stage: string, at: Instant): string => `${journey}/${stage}/${at}`;

/**
 * The failure that a window belongs to: the known one of this journey and stage that it overlaps
 * most (the earliest where two are equal), else a new one named after journey, stage and start.
 */
export function failureIdOf(window: StageWindow, known: readonly KnownFailure[]): string {
  const [best] = known
    .filter(({ journey, stage }) => journey === window.journey && stage === window.stage)
    .filter((failure) => overlaps(failure, window))
    .sort(
      (a, b) =>
        shared(b, window) - shared(a, window) ||
        a.startedAt - b.startedAt ||
        (a.failureId < b.failureId ? -1 : 1),
    );
  return best?.failureId ?? nameOf(window.journey, window.stage, window.startedAt);
}
