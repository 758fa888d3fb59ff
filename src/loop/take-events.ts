import type { DataSource } from 'typeorm';

import { DomainError } from '../core/errors/domain-error.js';
import type { JourneyEvent } from '../core/journeys/journey-event.js';
import type { Instant } from '../core/telemetry/time.js';
import type { EventFate } from '../storage/event-intake.store.js';
import {
  copyEvents,
  fatesAmong,
  fatesOf,
  identified,
  inOrder,
} from '../storage/event-intake.store.js';
import { ensurePartitions, forgetPartitions } from '../storage/event-partition.store.js';

/** How often a batch is tried against others that bring the same events at the same time. */
const TRIES = 6;

/** From this try on batches that clash go one after the other. */
const IN_TURN = 3;

const LOCK = 7_405_013;

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
        if (tries >= IN_TURN) await sql.query('SELECT pg_advisory_xact_lock($1)', [LOCK]);
        const fates = tries === 1 ? fatesAmong(known) : await fatesOf(sql, known);
        const fresh = known.filter((_, index) => fates[index] === 'fresh');
        // Two that bring the same events in different order would wait for each other.
        await copyEvents(sql, tries === 1 ? fresh : inOrder(fresh), now);
        return fates;
      });
    } catch (error) {
      if (!isClash(error)) throw error;
      if (tries === TRIES) {
        const because = 'others send the same events just now; send the batch again';
        throw new DomainError('contended', because, { retriable: true, cause: error });
      }
      forgetPartitions(source.manager);
    }
  }
}

/** Somebody has stored one of the events, before or just now, or has taken their day away. */
function isClash(error: unknown): boolean {
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : null;
  return code === UNIQUE_VIOLATION || code === DEADLOCK || code === NO_PARTITION;
}
