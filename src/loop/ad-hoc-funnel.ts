import { setImmediate as breathe } from 'node:timers/promises';
import type { DataSource } from 'typeorm';

import { stagesEntered } from '../core/journeys/actor-path.js';
import { columnarActors } from '../core/journeys/columnar-actors.js';
import type { FunnelStep } from '../core/journeys/funnel.js';
import { FunnelCount } from '../core/journeys/funnel.js';
import type { FunnelOrder, Journey } from '../core/journeys/journey.js';
import type { Duration, Instant } from '../core/telemetry/time.js';
import type { EventCopies } from '../storage/event-copies.js';
import { eventColumns } from './event-columns.js';
import { propertiesOf } from './properties-of.js';

/** What is asked of the stored events. */
export interface AdHocFunnel {
  readonly journey: Journey;
  readonly from: Instant;
  /** Exclusive. */
  readonly to: Instant;
  /** All segments where null. */
  readonly segment: string | null;
  readonly order: FunnelOrder;
  readonly window: Duration;
}

/** How many actors got how far through a journey's stages in a stretch of time. Lets others work in between. */
export async function adHocFunnel(
  source: DataSource,
  copies: EventCopies,
  { journey, from, to, segment, order, window }: AdHocFunnel,
): Promise<FunnelStep[]> {
  const { stages } = journey;
  const isStrict = order === 'strict';
  const names = isStrict ? null : [...new Set(stages.map(({ event }) => event))];
  const properties = propertiesOf([journey]);
  const range = { from, to, segment };
  const days = await eventColumns(source, copies, { ...range, names, properties });
  const count = new FunnelCount({ steps: stages.map(({ key }) => key), order, window });
  const groups = columnarActors(days, {
    ...range,
    stepsOf: (kind) => {
      const steps = stagesEntered(journey, kind);
      return steps === 0 && !isStrict ? null : steps;
    },
  });
  for (const actors of groups) {
    count.add(actors);
    await breathe();
  }
  return count.steps();
}
