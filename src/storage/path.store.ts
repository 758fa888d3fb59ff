import { escapeLiteral } from 'pg';

import type { JourneyEvent, Satisfaction } from '../core/journeys/journey-event.js';
import type { Instant } from '../core/telemetry/time.js';
import type { EventBatch } from './event-batch.store.js';
import type { Sql } from './sql.js';
import { rows, run } from './sql.js';

/** Which events mean something: by name (any where null), and those with a score. */
export interface WantedEvents {
  readonly names: readonly string[] | null;
  /** Whether what they mean depends on their properties. */
  readonly properties: boolean;
}

/** A stretch of one actor's time, both ends included. */
export interface ActorSpan {
  readonly actor: string;
  readonly from: Instant;
  readonly to: Instant;
}

interface PathRow {
  readonly actor: string;
  readonly event: string;
  readonly at: number;
  readonly received: number;
  readonly segment: string | null;
  readonly properties: Record<string, unknown> | null;
  readonly scale: Satisfaction['scale'] | null;
  readonly score: number | null;
}

const columns = ({ properties }: WantedEvents): string =>
  `e.actor, e.event, (extract(epoch FROM e.occurred_at) * 1000)::float8 AS at,
   (extract(epoch FROM e.received_at) * 1000)::float8 AS received, e.segment,
   ${properties ? 'e.properties' : 'NULL AS properties'},
   e.satisfaction_scale AS scale, e.satisfaction_score AS score`;

const wantedBy = ({ names }: WantedEvents): string =>
  names === null
    ? 'true'
    : `(e.event IN (${['', ...names].map(escapeLiteral).join(', ')}) OR e.satisfaction_score IS NOT NULL)`;

/** Committed events that are counted; one statement sees batches and events of one moment. */
const COUNTED = 'e.batch <> ALL (ARRAY(SELECT number FROM event_batch))';

function eventOf(row: PathRow): JourneyEvent {
  const { actor, event, at, received, segment, properties, scale, score } = row;
  return {
    source: '',
    actor,
    event,
    occurredAt: at,
    receivedAt: received,
    segment: segment ?? undefined,
    properties: properties ?? undefined,
    satisfaction: scale === null || score === null ? undefined : { scale, score },
  };
}

/** The events of batches. */
export async function eventsOfBatches(
  sql: Sql,
  batches: readonly EventBatch[],
  wanted: WantedEvents,
): Promise<JourneyEvent[]> {
  const found = await rows<PathRow>(
    sql,
    `SELECT ${columns(wanted)} FROM journey_event e
     WHERE e.batch = ANY($1::bigint[]) AND e.occurred_at >= $2 AND e.occurred_at <= $3
       AND ${wantedBy(wanted)}`,
    [
      batches.map(({ number }) => number),
      new Date(batches.reduce((min, { firstAt }) => Math.min(min, firstAt), Infinity)),
      new Date(batches.reduce((max, { lastAt }) => Math.max(max, lastAt), -Infinity)),
    ],
  );
  return found.map(eventOf);
}

/** The counted events of actors, each in a stretch of time of its own; an index read in few days. */
export async function eventsInSpans(
  sql: Sql,
  spans: readonly ActorSpan[],
  wanted: WantedEvents,
): Promise<JourneyEvent[]> {
  const found = await rows<PathRow>(
    sql,
    // Days that nobody asks for are left out of the plan already: there may be hundreds.
    `SELECT e.* FROM unnest($1::text[], $2::float8[], $3::float8[]) AS s (actor, first, last)
     CROSS JOIN LATERAL (SELECT ${columns(wanted)} FROM journey_event e
       WHERE e.actor = s.actor AND e.occurred_at >= to_timestamp(s.first / 1000)
         AND e.occurred_at <= to_timestamp(s.last / 1000)
         AND e.occurred_at >= to_timestamp($4::float8 / 1000)
         AND e.occurred_at <= to_timestamp($5::float8 / 1000)
         AND ${wantedBy(wanted)} AND ${COUNTED}) e`,
    [
      spans.map(({ actor }) => actor),
      spans.map(({ from }) => from),
      spans.map(({ to }) => to),
      spans.reduce((min, { from }) => Math.min(min, from), Infinity),
      spans.reduce((max, { to }) => Math.max(max, to), -Infinity),
    ],
  );
  return found.map(eventOf);
}

/** An event and the person who did it: the actor, or the one that it was merged into. */
export interface PersonEvent extends JourneyEvent {
  readonly person: string;
}

/** All counted events of a stretch of time, person by person, through a cursor of the transaction. */
export async function* eventsByPerson(
  sql: Sql,
  span: { readonly from: Instant; readonly to: Instant },
  wanted: WantedEvents,
): AsyncGenerator<PersonEvent[]> {
  // DECLARE takes no parameters.
  const at = (time: Instant): string =>
    Number.isFinite(time)
      ? escapeLiteral(new Date(time).toISOString())
      : `'${time < 0 ? '-' : ''}infinity'`;
  await run(
    sql,
    `DECLARE events_by_person NO SCROLL CURSOR FOR
     SELECT ${columns(wanted)}, coalesce(p.person, e.actor) AS person
     FROM journey_event e LEFT JOIN actor_person p ON p.actor = e.actor
     WHERE e.occurred_at >= ${at(span.from)} AND e.occurred_at <= ${at(span.to)}
       AND ${wantedBy(wanted)} AND ${COUNTED} ORDER BY person, e.occurred_at`,
  );
  for (;;) {
    const found = await rows<PathRow & { person: string }>(
      sql,
      'FETCH 20000 FROM events_by_person',
    );
    if (found.length === 0) break;
    yield found.map((row) => Object.assign(eventOf(row), { person: row.person }));
  }
  await run(sql, 'CLOSE events_by_person');
}

/** Drops what was built of events for a journey version, to build it anew. */
export async function forgetVersion(sql: Sql, key: string, version: number): Promise<void> {
  await run(
    sql,
    `DELETE FROM stage_metric_change WHERE journey = $1 AND version = $2 AND origin = 'events'`,
    [key, version],
  );
  await run(sql, 'DELETE FROM stage_hour WHERE journey = $1 AND version = $2', [key, version]);
}
