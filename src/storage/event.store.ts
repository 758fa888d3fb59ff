import { escapeLiteral } from 'pg';

import type { JourneyEvent } from '../core/journeys/journey-event.js';
import { DAY, bucketStart } from '../core/telemetry/time.js';
import { canonical, contentKey } from './content-key.js';
import type { Sql } from './sql.js';
import { rows, run } from './sql.js';

export type EventFate = 'fresh' | 'duplicate' | 'conflict';

/** When it was sent and received says nothing of what happened: a resent event is the same one. */
function contentOf(event: JourneyEvent): string {
  const { id, source, actor, event: name, occurredAt, segment, properties, satisfaction } = event;
  const plain = properties === undefined && satisfaction === undefined;
  const free = plain ? '' : canonical([properties, satisfaction]);
  return contentKey(JSON.stringify([id, source, actor, name, occurredAt, segment, free]));
}

/** The day partitions that exist, so that a batch asks the database only about new days. */
const knownDays = new WeakMap<object, Set<number>>();

const PARTITION_LOCK = 7_405_007;

/** Makes the day partitions that the events need. Its own statement: it must not sit in a transaction. */
export async function ensurePartitions(sql: Sql, events: readonly JourneyEvent[]): Promise<void> {
  let known = knownDays.get(sql);
  if (known === undefined) knownDays.set(sql, (known = new Set()));
  const days = new Set(events.map((event) => bucketStart(event.occurredAt, DAY)));
  for (const day of days) {
    if (known.has(day)) continue;
    const name = `journey_event_${new Date(day).toISOString().slice(0, 10).replaceAll('-', '')}`;
    await run(
      sql,
      // IF NOT EXISTS by itself fails where two senders begin the same day at once.
      `DO $$ BEGIN
         PERFORM pg_advisory_xact_lock(${PARTITION_LOCK});
         CREATE TABLE IF NOT EXISTS ${name} PARTITION OF journey_event
         FOR VALUES FROM ('${new Date(day).toISOString()}') TO ('${new Date(day + DAY).toISOString()}');
       END $$`,
    );
    known.add(day);
  }
}

/**
 * Stores the events that are new. The key is (source, id), or the content where there is no id;
 * the same key with the same content is a duplicate, with other content a conflict.
 */
export async function insertEvents(
  sql: Sql,
  events: readonly JourneyEvent[],
): Promise<EventFate[]> {
  const contents = events.map(contentOf);
  const keys = events.map((event, index) =>
    event.id === undefined ? (contents[index] ?? '') : contentKey(`${event.source}\0${event.id}`),
  );
  const firstOf = new Map<string, number>();
  keys.forEach((key, index) => {
    if (!firstOf.has(key)) firstOf.set(key, index);
  });
  const firsts = [...firstOf.values()];
  const fresh = new Set(await claimKeys(sql, firsts, { keys, contents, events }));
  const known = await contentsOf(
    sql,
    [...firstOf.keys()].filter((key) => !fresh.has(key)),
  );
  const fates = keys.map((key, index): EventFate => {
    if (fresh.has(key) && firstOf.get(key) === index) return 'fresh';
    const content = known.get(key) ?? contents[firstOf.get(key) ?? -1];
    return content === contents[index] ? 'duplicate' : 'conflict';
  });
  await insertRows(
    sql,
    events.filter((_, index) => fates[index] === 'fresh'),
  );
  return fates;
}

interface Keyed {
  readonly keys: readonly string[];
  readonly contents: readonly string[];
  readonly events: readonly JourneyEvent[];
}

async function claimKeys(sql: Sql, indexes: readonly number[], all: Keyed): Promise<string[]> {
  const claimed = await rows<{ key: string }>(
    sql,
    `INSERT INTO event_key (key, content, received_at)
     SELECT key, content, to_timestamp(received / 1000)
     FROM unnest($1::uuid[], $2::uuid[], $3::float8[]) AS input (key, content, received)
     ORDER BY key
     ON CONFLICT DO NOTHING RETURNING key`,
    [
      indexes.map((index) => all.keys[index]),
      indexes.map((index) => all.contents[index]),
      indexes.map((index) => all.events[index]?.receivedAt),
    ],
  );
  return claimed.map((row) => row.key);
}

async function contentsOf(sql: Sql, keys: readonly string[]): Promise<Map<string, string>> {
  if (keys.length === 0) return new Map();
  const found = await rows<{ key: string; content: string }>(
    sql,
    'SELECT key, content FROM event_key WHERE key = ANY($1::uuid[])',
    [keys],
  );
  return new Map(found.map((row) => [row.key, row.content]));
}

async function insertRows(sql: Sql, events: readonly JourneyEvent[]): Promise<void> {
  if (events.length === 0) return;
  const column = <T>(read: (event: JourneyEvent) => T): T[] => events.map(read);
  await run(
    sql,
    `INSERT INTO journey_event (source, id, actor, event, occurred_at, sent_at, received_at,
       segment, properties, satisfaction_scale, satisfaction_score)
     SELECT source, id, actor, event, to_timestamp(occurred / 1000), to_timestamp(sent / 1000),
       to_timestamp(received / 1000), segment, properties, scale, score
     FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::float8[], $6::float8[],
       $7::float8[], $8::text[], $9::jsonb[], $10::text[], $11::float8[])
       AS input (source, id, actor, event, occurred, sent, received, segment, properties, scale, score)`,
    [
      column((event) => event.source),
      column((event) => event.id ?? null),
      column((event) => event.actor),
      column((event) => event.event),
      column((event) => event.occurredAt),
      column((event) => event.sentAt ?? null),
      column((event) => event.receivedAt),
      column((event) => event.segment ?? null),
      column((event) => (event.properties === undefined ? null : JSON.stringify(event.properties))),
      column((event) => event.satisfaction?.scale ?? null),
      column((event) => event.satisfaction?.score ?? null),
    ],
  );
}

interface EventRow {
  readonly source: string;
  readonly id: string | null;
  readonly actor: string;
  readonly event: string;
  readonly occurred_at: Date;
  readonly received_at: Date;
  readonly segment: string | null;
  readonly properties: Record<string, unknown> | null;
  readonly satisfaction_scale: 'csat' | 'nps' | null;
  readonly satisfaction_score: number | null;
}

function eventOf(row: EventRow): JourneyEvent {
  const { satisfaction_scale: scale, satisfaction_score: score } = row;
  return {
    id: row.id ?? undefined,
    source: row.source,
    actor: row.actor,
    event: row.event,
    occurredAt: row.occurred_at.getTime(),
    receivedAt: row.received_at.getTime(),
    segment: row.segment ?? undefined,
    properties: row.properties ?? undefined,
    satisfaction: scale === null || score === null ? undefined : { scale, score },
  };
}

/** All stored events with these names (null: any), in pages, through a cursor of the transaction. */
export async function* storedEvents(
  sql: Sql,
  names: readonly string[] | null,
  page: number,
): AsyncGenerator<JourneyEvent[]> {
  // DECLARE takes no parameters.
  const wanted = names === null ? 'true' : `event IN (${names.map(escapeLiteral).join(', ')})`;
  await run(
    sql,
    `DECLARE stored_events NO SCROLL CURSOR FOR
     SELECT source, id, actor, event, occurred_at, received_at, segment, properties,
       satisfaction_scale, satisfaction_score
     FROM journey_event WHERE ${wanted} OR satisfaction_score IS NOT NULL`,
  );
  for (;;) {
    const found = await rows<EventRow>(sql, `FETCH ${page} FROM stored_events`);
    if (found.length === 0) break;
    yield found.map(eventOf);
  }
  await run(sql, 'CLOSE stored_events');
}

/** Whether any event is stored at all. */
export async function holdsEvents(sql: Sql): Promise<boolean> {
  return (await rows(sql, 'SELECT 1 FROM event_key LIMIT 1')).length > 0;
}
