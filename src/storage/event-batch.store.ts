import type { Instant } from '../core/telemetry/time.js';
import type { Sql } from './sql.js';
import { millis, rows, run } from './sql.js';

/** Events that were committed together and are not counted in the stage metrics yet. */
export interface EventBatch {
  readonly number: string;
  readonly events: number;
  readonly firstAt: Instant;
  readonly lastAt: Instant;
}

interface BatchRow {
  readonly number: string;
  readonly events: number;
  readonly first_at: Date;
  readonly last_at: Date;
}

/** Notes a batch, inside the transaction that stores its events. */
export async function addBatch(
  sql: Sql,
  batch: EventBatch,
  { knownFrom, takenAt }: { readonly knownFrom: Instant; readonly takenAt: Instant },
): Promise<void> {
  await run(
    sql,
    `INSERT INTO event_batch (number, events, first_at, last_at, known_from, taken_at)
     VALUES ($1, $2, $3, $4, $5, $6)`,
    [
      batch.number,
      batch.events,
      new Date(batch.firstAt),
      new Date(batch.lastAt),
      new Date(knownFrom),
      new Date(takenAt),
    ],
  );
}

/** The number of the next batch. */
export async function nextBatch(sql: Sql): Promise<string> {
  const [row] = await rows<{ next: string }>(sql, `SELECT nextval('event_batch_number') AS next`);
  return row?.next ?? '0';
}

/** The batches that wait, oldest first, up to so many events (one batch at least). */
export async function waitingBatches(
  sql: Sql,
  upTo: string,
  mostEvents: number,
): Promise<EventBatch[]> {
  const found = await rows<BatchRow>(
    sql,
    `SELECT number, events, first_at, last_at FROM (
       SELECT *, sum(events) OVER (ORDER BY number) - events AS before FROM event_batch
       WHERE number <= $1) waiting
     WHERE before < $2 ORDER BY number`,
    [upTo, mostEvents],
  );
  return found.map((row) => ({
    number: row.number,
    events: row.events,
    firstAt: millis(row.first_at),
    lastAt: millis(row.last_at),
  }));
}

/** The number of the newest batch that waits and holds what was known by then; null where none does. */
export async function newestWaiting(sql: Sql, knownBy: Instant): Promise<string | null> {
  const [row] = await rows<{ newest: string | null }>(
    sql,
    'SELECT max(number) AS newest FROM event_batch WHERE known_from <= $1',
    [new Date(knownBy)],
  );
  return row?.newest ?? null;
}

/** How many committed events wait to be counted. */
export async function waitingEvents(sql: Sql): Promise<number> {
  const [row] = await rows<{ events: number }>(
    sql,
    'SELECT coalesce(sum(events), 0)::float8 AS events FROM event_batch',
  );
  return row?.events ?? 0;
}

/** Says that batches are counted. */
export async function closeBatches(sql: Sql, batches: readonly EventBatch[]): Promise<void> {
  await run(sql, 'DELETE FROM event_batch WHERE number = ANY($1::bigint[])', [
    batches.map(({ number }) => number),
  ]);
}
