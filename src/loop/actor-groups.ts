import { setImmediate as breathe } from 'node:timers/promises';
import type { DataSource } from 'typeorm';

import { stagesEntered } from '../core/journeys/actor-path.js';
import { columnarActors } from '../core/journeys/columnar-actors.js';
import type { EventKind } from '../core/journeys/event-columns.js';
import type { ActorEvents } from '../core/journeys/funnel-path.js';
import type { FunnelOrder, Journey } from '../core/journeys/journey.js';
import type { Instant } from '../core/telemetry/time.js';
import type { EventCopies } from '../storage/event-copies.js';
import { eventColumns } from './event-columns.js';
import { propertiesOf } from './properties-of.js';

/** Which stored events are read. */
export interface ActorRange {
  readonly journey: Journey;
  readonly from: Instant;
  /** Exclusive. */
  readonly to: Instant;
  /** All segments where null. */
  readonly segment: string | null;
  readonly order: FunnelOrder;
}

/** What each actor did in a journey, some thousands of events at once. Lets others work in between. */
export async function* actorGroups(
  source: DataSource,
  copies: EventCopies,
  { journey, from, to, segment, order }: ActorRange,
): AsyncGenerator<Iterable<ActorEvents>> {
  const isStrict = order === 'strict';
  const names = isStrict ? null : [...new Set(journey.stages.map(({ event }) => event))];
  const range = { from, to, segment };
  const properties = propertiesOf([journey]);
  const { days, renames } = await eventColumns(source, copies, { ...range, names, properties });
  const stepsOf = (kind: EventKind): number | null => {
    const steps = stagesEntered(journey, kind);
    return steps === 0 && !isStrict ? null : steps;
  };
  const groups = columnarActors(days, { ...range, stepsOf }, renames);
  for (const actors of groups) {
    yield actors;
    await breathe();
  }
}
