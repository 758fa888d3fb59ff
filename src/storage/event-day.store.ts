import { escapeLiteral } from 'pg';
import type { DataSource } from 'typeorm';

import { plainText } from '../core/journeys/actor-path.js';
import type { ColumnEvent } from '../core/journeys/event-columns.js';
import type { Instant } from '../core/telemetry/time.js';
import type { Sql } from './sql.js';
import { millis, rows, run } from './sql.js';

/** A day of events, as it is now. */
export interface EventDay {
  readonly day: Instant;
  /** The day's table. */
  readonly table: string;
  /** Its number in the database: a table that is made anew has another one. */
  readonly partition: number;
  /** How many transactions have changed the day since it is watched. */
  readonly changes: number;
  readonly changedAt: Instant | undefined;
  readonly isWatched: boolean;
}

const DAY_TABLE = /^journey_event_(\d{4})(\d{2})(\d{2})$/;

function dayOf(table: string): Instant {
  const [, year, month, day] = DAY_TABLE.exec(table) ?? [];
  return Date.UTC(Number(year), Number(month) - 1, Number(day));
}

/** All days that events are stored of, in order. */
export async function eventDays(sql: Sql): Promise<EventDay[]> {
  const found = await rows<{
    readonly table: string;
    readonly partition: string;
    readonly changes: string;
    readonly changed_at: Date | null;
    readonly is_watched: boolean;
  }>(
    sql,
    `SELECT c.relname AS table, c.oid AS partition, count(m.partition) AS changes,
       max(m.changed_at) AS changed_at, EXISTS (SELECT 1 FROM pg_trigger t
         WHERE t.tgrelid = c.oid AND t.tgname = 'event_day_changed') AS is_watched
     FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
     LEFT JOIN event_day_change m ON m.partition = c.oid
     WHERE i.inhparent = 'journey_event'::regclass
     GROUP BY c.relname, c.oid ORDER BY c.relname`,
  );
  return found.map((row) => ({
    day: dayOf(row.table),
    table: row.table,
    partition: Number(row.partition),
    changes: Number(row.changes),
    changedAt: millis(row.changed_at),
    isWatched: row.is_watched,
  }));
}

/** Says which database this is: no other one, and not this one put back to an earlier state, says the same. */
export async function databaseName(sql: Sql): Promise<string> {
  const [found] = await rows<{ name: string }>(
    sql,
    `SELECT s.system_identifier || '-' || c.timeline_id || '-' || d.oid AS name
     FROM pg_control_system() s, pg_control_checkpoint() c, pg_database d
     WHERE d.datname = current_database()`,
  );
  return found?.name ?? '';
}

/**
 * From now on each transaction that changes the day leaves its mark. Waits for those under way, but
 * not for long, since whoever comes after has to wait as well; false where they took too long.
 */
export async function watchDay(source: DataSource, { table }: EventDay): Promise<boolean> {
  try {
    await source.transaction(async (sql) => {
      await run(sql, `SET LOCAL lock_timeout = '2s'`);
      await run(
        sql,
        `CREATE TRIGGER event_day_changed AFTER INSERT OR UPDATE OR DELETE ON ${table}
         FOR EACH ROW EXECUTE FUNCTION event_day_changed()`,
      );
      await run(
        sql,
        `CREATE TRIGGER event_day_emptied AFTER TRUNCATE ON ${table}
         FOR EACH STATEMENT EXECUTE FUNCTION event_day_changed()`,
      );
    });
    return true;
  } catch (error) {
    if (codeOf(error) === LOCK_NOT_AVAILABLE) return false;
    throw error;
  }
}

const LOCK_NOT_AVAILABLE = '55P03';

/** PostgreSQL's code of what went wrong, where it was PostgreSQL's. */
function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined;
}

/** Which events of a day are read, and what of them. */
export interface DayRead {
  readonly from: Instant;
  /** Exclusive. */
  readonly to: Instant;
  /** All where null. */
  readonly names: readonly string[] | null;
  readonly segment: string | null;
  /** The properties to keep. */
  readonly properties: readonly string[];
}

const PAGE = 10_000;

/** 128 bits that stand for the actor in a column, the same in every database. */
export const keyOf = (column: string): string =>
  `substring(sha256(convert_to(${column}, 'UTF8')) for 16)`;

const ACTOR = keyOf('actor');

const time = (at: Instant): string => escapeLiteral(new Date(at).toISOString());

/** In full: a cursor's statement takes no parameters. */
export function selectDay({ from, to, names, segment, properties }: DayRead): string {
  const kept = properties.map(
    (name, index) => `, properties -> ${escapeLiteral(name)} AS p${index}`,
  );
  const conditions = [
    `occurred_at >= ${time(from)} AND occurred_at < ${time(to)}`,
    ...(names === null ? [] : [`event IN (${names.map(escapeLiteral).join(', ')})`]),
    ...(segment === null ? [] : [`segment = ${escapeLiteral(segment)}`]),
  ];
  return `SELECT encode(${ACTOR}, 'hex') AS actor, event, segment,
      floor(extract(epoch FROM occurred_at) * 1000)::float8 AS at ${kept.join('')}
    FROM journey_event WHERE ${conditions.join(' AND ')} ORDER BY ${ACTOR}, occurred_at`;
}

/** The events of a stretch of a day, by actor and time. The caller's transaction holds the cursor. */
export async function* eventsOfDay(sql: Sql, read: DayRead): AsyncGenerator<ColumnEvent[]> {
  await run(sql, `DECLARE day_events NO SCROLL CURSOR FOR ${selectDay(read)}`);
  for (;;) {
    const found = await rows<Omit<ColumnEvent, 'values'> & Readonly<Record<`p${number}`, unknown>>>(
      sql,
      `FETCH ${PAGE} FROM day_events`,
    );
    if (found.length === 0) break;
    yield found.map((row) => ({
      ...{ actor: row.actor, at: row.at, event: row.event, segment: row.segment },
      values: read.properties.map((_, index) => plainText(row[`p${index}`])),
    }));
  }
  await run(sql, 'CLOSE day_events');
}
