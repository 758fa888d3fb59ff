import type { DataSource } from 'typeorm';

import type { JourneyEvent } from '../core/journeys/journey-event.js';
import type { Instant } from '../core/telemetry/time.js';
import type { EventFate } from '../storage/event-intake.store.js';
import { copyEvents, fatesAmong, fatesOf, identified } from '../storage/event-intake.store.js';
import { ensurePartitions, forgetPartitions } from '../storage/event-partition.store.js';

/** How often a batch is tried against others that bring the same events at the same time. */
const TRIES = 6;

const UNIQUE_VIOLATION = '23505';
const DEADLOCK = '40P01';
/** The day's table is gone: it was past its retention. */
const NO_PARTITION = '23514';

/**
 * Stores a batch of events in one transaction: all of it or nothing. They are counted in the stage
 * metrics later (`projectEvents`). Most batches hold nothing but new events, so that is what is
 * tried first; where one is known already, each is looked up.
 */
export async function takeEvents(
  source: DataSource,
  events: readonly JourneyEvent[],
  now: Instant,
): Promise<EventFate[]> {
  if (events.length === 0) return [];
  const known = events.map(identified);
  for (let tries = 1; ; tries += 1) {
    try {
      await ensurePartitions(source.manager, events);
      return await source.transaction(async (sql) => {
        const fates = tries === 1 ? fatesAmong(known) : await fatesOf(sql, known);
        const fresh = known.filter((_, index) => fates[index] === 'fresh');
        await copyEvents(sql, fresh, now);
        return fates;
      });
    } catch (error) {
      if (!isClash(error) || tries === TRIES) throw error;
      forgetPartitions(source.manager);
    }
  }
}

/** Somebody has stored one of the events, before or just now, or has taken their day away. */
function isClash(error: unknown): boolean {
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : null;
  return code === UNIQUE_VIOLATION || code === DEADLOCK || code === NO_PARTITION;
}
