import type { DataSource } from 'typeorm';

import { pathEventOf } from '../core/journeys/actor-path.js';
import type { ActorEvents } from '../core/journeys/funnel-path.js';
import type { FunnelOrder, Journey } from '../core/journeys/journey.js';
import type { Instant } from '../core/telemetry/time.js';
import { eventsOfActors } from '../storage/event.store.js';

/** Which events an ad-hoc funnel is made of. */
export interface FunnelRange {
  readonly from: Instant;
  readonly to: Instant;
  /** All segments where null. */
  readonly segment: string | null;
  readonly order: FunnelOrder;
}

/** Each actor's events of a stretch of time, as a funnel over the journey's stages sees them. */
export async function actorsOf(
  source: DataSource,
  journey: Journey,
  range: FunnelRange,
): Promise<ActorEvents[]> {
  const strict = range.order === 'strict';
  const names = strict ? null : [...new Set(journey.stages.map(({ event }) => event))];
  const seen: Journey = { ...journey, order: range.order };
  const actors: ActorEvents[] = [];
  const open: { actor: string | null; at: number[]; steps: number[] } = {
    actor: null,
    at: [],
    steps: [],
  };
  for await (const event of eventsOfActors(source, { ...range, names })) {
    const known = pathEventOf(seen, event);
    if (known === null || (known.stages === 0 && !strict)) continue;
    if (open.actor !== event.actor) {
      Object.assign(open, { actor: event.actor, at: [], steps: [] });
      actors.push({ at: open.at, steps: open.steps });
    }
    open.at.push(known.at);
    open.steps.push(known.stages);
  }
  return actors;
}
