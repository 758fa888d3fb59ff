import type { JourneyEvent } from '../core/journeys/journey-event.js';
import { DAY, bucketStart } from '../core/telemetry/time.js';
import type { Sql } from './sql.js';
import { run } from './sql.js';

/** The day partitions that exist, so that a batch asks the database only about new days. */
const knownDays = new WeakMap<object, Set<number>>();

const PARTITION_LOCK = 7_405_007;

/**
 * Makes the day partitions that the events need, each with its own key: (id, source) is one within
 * a day. Its own statement: it must not sit in a transaction.
 */
export async function ensurePartitions(sql: Sql, events: readonly JourneyEvent[]): Promise<void> {
  let known = knownDays.get(sql);
  if (known === undefined) knownDays.set(sql, (known = new Set()));
  const days = new Set<number>();
  for (const { occurredAt } of events) days.add(bucketStart(occurredAt, DAY));
  for (const day of days) {
    if (known.has(day)) continue;
    await makePartition(sql, day);
    known.add(day);
  }
}

/** Days may have been detached since: they are looked for again. */
export function forgetPartitions(sql: Sql): void {
  knownDays.delete(sql);
}

async function makePartition(sql: Sql, day: number): Promise<void> {
  const [from, to] = [new Date(day).toISOString(), new Date(day + DAY).toISOString()];
  const name = `journey_event_${from.slice(0, 10).replaceAll('-', '')}`;
  await run(
    sql,
    // IF NOT EXISTS by itself fails where two senders begin the same day at once.
    `DO $$ BEGIN
       PERFORM pg_advisory_xact_lock(${PARTITION_LOCK});
       IF to_regclass('${name}') IS NULL THEN
         CREATE TABLE ${name} PARTITION OF journey_event FOR VALUES FROM ('${from}') TO ('${to}');
         CREATE UNIQUE INDEX ${name}_key ON ${name} (id, source);
       END IF;
     END $$`,
  );
}
