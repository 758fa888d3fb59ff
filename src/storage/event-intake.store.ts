import type { EntityManager } from 'typeorm';

import type { JourneyEvent } from '../core/journeys/journey-event.js';
import type { Instant } from '../core/telemetry/time.js';
import { DAY, bucketStart } from '../core/telemetry/time.js';
import { canonical, contentKey } from './content-key.js';
import { copyLine, copyRows } from './copy-rows.js';
import { addBatch, nextBatch } from './event-batch.store.js';
import type { EventRow } from './event-row.js';
import { EVENT_COLUMNS, eventOf } from './event-row.js';
import { rows } from './sql.js';

export type EventFate = 'fresh' | 'duplicate' | 'conflict';

/** When it was sent and received says nothing of what happened: a resent event is the same one. */
function contentOf(event: JourneyEvent): string {
  const { actor, event: name, occurredAt, segment, properties, satisfaction } = event;
  const plain = properties === undefined && satisfaction === undefined;
  const free = plain ? '' : canonical([properties, satisfaction]);
  return contentKey(JSON.stringify([actor, name, occurredAt, segment, free]));
}

/** An event without an id of its own goes by its content. */
export function identified(event: JourneyEvent): Identified {
  return hasId(event) ? event : { ...event, id: `content:${contentOf(event)}` };
}

type Identified = JourneyEvent & { readonly id: string };

const hasId = (event: JourneyEvent): event is Identified => event.id !== undefined;

/** What makes an event the same one: its source's id, within the day. */
const keyOf = ({ id, source, occurredAt }: Identified): string =>
  `${bucketStart(occurredAt, DAY)} ${source}\0${id}`;

/** Events by what makes them the same. */
export function inOrder(events: readonly Identified[]): Identified[] {
  const keyed = events.map((event) => ({ event, key: keyOf(event) }));
  return keyed.sort((a, b) => (a.key < b.key ? -1 : 1)).map(({ event }) => event);
}

const INTO = `journey_event (source, id, actor, event, occurred_at, sent_at, received_at, segment,
  properties, satisfaction_scale, satisfaction_score, batch)`;

function lineOf(event: Identified, batch: string, timeOf: (at: Instant) => string): string {
  const { properties, satisfaction, sentAt } = event;
  return copyLine([
    event.source,
    event.id,
    event.actor,
    event.event,
    timeOf(event.occurredAt),
    sentAt === undefined ? null : timeOf(sentAt),
    timeOf(event.receivedAt),
    event.segment,
    properties === undefined ? null : JSON.stringify(properties),
    satisfaction?.scale,
    satisfaction?.score,
    batch,
  ]);
}

/** Formats times; neighbours often share one. */
function timeFormat(): (at: Instant) => string {
  let [last, text] = [Number.NaN, ''];
  return (at) => {
    if (at !== last) [last, text] = [at, new Date(at).toISOString()];
    return text;
  };
}

/**
 * Stores new events as a batch that waits to be counted, inside the caller's transaction. Fails
 * with a unique violation where one is there already.
 */
export async function copyEvents(
  sql: EntityManager,
  events: readonly Identified[],
  takenAt: Instant,
): Promise<void> {
  if (events.length === 0) return;
  const number = await nextBatch(sql);
  const [occurred, received] = [timeFormat(), timeFormat()];
  let lines = '';
  let [firstAt, lastAt, knownFrom] = [Infinity, -Infinity, Infinity];
  for (const event of events) {
    const { occurredAt, receivedAt } = event;
    if (receivedAt < knownFrom) knownFrom = receivedAt;
    lines += lineOf(event, number, (at) => (at === receivedAt ? received(at) : occurred(at)));
    if (occurredAt < firstAt) firstAt = occurredAt;
    if (occurredAt > lastAt) lastAt = occurredAt;
  }
  await copyRows(sql, INTO, lines);
  const batch = { number, events: events.length, firstAt, lastAt };
  await addBatch(sql, batch, { knownFrom, takenAt });
}

/**
 * Tells new events from repeats: the same key with the same content is a duplicate, with other
 * content a conflict; within a batch the first one counts.
 */
export async function fatesOf(
  sql: EntityManager,
  events: readonly Identified[],
): Promise<EventFate[]> {
  return fatesAmong(events, await knownContents(sql, events));
}

/** The fates of events among themselves and what is known already: contents by key. */
export function fatesAmong(
  events: readonly Identified[],
  known: ReadonlyMap<string, string> = new Map(),
): EventFate[] {
  if (known.size === 0 && new Set(events.map(({ id }) => id)).size === events.length) {
    return events.map(() => 'fresh');
  }
  const firsts = new Map<string, Identified>();
  return events.map((event): EventFate => {
    const key = keyOf(event);
    const first = firsts.get(key);
    const before = known.get(key) ?? (first === undefined ? undefined : contentOf(first));
    if (before === undefined) {
      firsts.set(key, event);
      return 'fresh';
    }
    return before === contentOf(event) ? 'duplicate' : 'conflict';
  });
}

async function knownContents(
  sql: EntityManager,
  events: readonly Identified[],
): Promise<Map<string, string>> {
  const known = new Map<string, string>();
  for (const day of new Set(events.map(({ occurredAt }) => bucketStart(occurredAt, DAY)))) {
    const ofDay = events.filter(({ occurredAt }) => bucketStart(occurredAt, DAY) === day);
    const found = await rows<EventRow>(
      sql,
      `SELECT ${EVENT_COLUMNS} FROM journey_event e
       JOIN unnest($3::text[], $4::text[]) AS k (id, source) USING (id, source)
       WHERE e.occurred_at >= $1 AND e.occurred_at < $2`,
      [
        new Date(day),
        new Date(day + DAY),
        ofDay.map(({ id }) => id),
        ofDay.map(({ source }) => source),
      ],
    );
    for (const row of found) {
      const event = eventOf(row);
      known.set(keyOf(identified(event)), contentOf(event));
    }
  }
  return known;
}
