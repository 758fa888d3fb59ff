import type { DataSource } from 'typeorm';

import type { PathEvent } from '../core/journeys/actor-path.js';
import { attemptsOf } from '../core/journeys/attempts.js';
import type { ActorEvents } from '../core/journeys/funnel-path.js';
import type { Journey } from '../core/journeys/journey.js';
import type { ValueObservation } from '../core/journeys/time-to-value.js';
import { valueObservations } from '../core/journeys/time-to-value.js';
import type { Instant } from '../core/telemetry/time.js';
import type { EventCopies } from '../storage/event-copies.js';
import { actorGroups } from './actor-groups.js';

/** Whose time to which stage is asked for. */
export interface TimeToValueRange {
  readonly journey: Journey;
  /** The stage that is the value. */
  readonly stageIndex: number;
  /** Attempts that began from here on … */
  readonly from: Instant;
  /** … and before this. */
  readonly to: Instant;
  /** All segments where null. */
  readonly segment: string | null;
  readonly now: Instant;
}

function pathOf({ at, steps }: ActorEvents): PathEvent[] {
  return Array.from({ length: at.length }, (_, index) => ({
    at: at[index] ?? 0,
    stages: steps[index] ?? 0,
    segment: null,
    satisfaction: null,
  }));
}

/** How long each attempt took from its first stage to another, as far as it is known now. */
export async function storedTimeToValue(
  source: DataSource,
  copies: EventCopies,
  { journey, stageIndex, from, to, segment, now }: TimeToValueRange,
): Promise<ValueObservation[]> {
  const { window, order } = journey;
  // What began before may go on into the stretch; what began in it may end after it.
  const around = { from: from - window, to: Math.min(now, to + window) + 1 };
  const observations: ValueObservation[] = [];
  const range = { journey, segment, order, ...around };
  for await (const actors of actorGroups(source, copies, range)) {
    for (const actor of actors) {
      const attempts = attemptsOf(journey, pathOf(actor)).filter(
        ({ startedAt }) => startedAt >= from && startedAt < to,
      );
      observations.push(...valueObservations(journey, attempts, { from: 0, to: stageIndex, now }));
    }
  }
  return observations;
}
