import type { DataSource } from 'typeorm';

import type { JourneyEvent } from '../core/journeys/journey-event.js';
import type { Instant } from '../core/telemetry/time.js';
import type { EventFate } from '../storage/event.store.js';
import { ensurePartitions, insertEvents } from '../storage/event.store.js';
import { journeyVersions } from '../storage/journey.store.js';
import { projectEvents } from './project-events.js';

/** Stores a batch of events and what they change, in one transaction: all of it or nothing. */
export async function takeEvents(
  source: DataSource,
  events: readonly JourneyEvent[],
  now: Instant,
): Promise<EventFate[]> {
  if (events.length === 0) return [];
  await ensurePartitions(source.manager, events);
  return await source.transaction(async (sql) => {
    const fates = await insertEvents(sql, events);
    const fresh = events.filter((_, index) => fates[index] === 'fresh');
    await projectEvents(sql, fresh, await journeyVersions(sql), now);
    return fates;
  });
}
