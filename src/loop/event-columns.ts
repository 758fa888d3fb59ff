import type { DataSource, EntityManager } from 'typeorm';

import type { EventColumns } from '../core/journeys/event-columns.js';
import { EventColumnsBuilder } from '../core/journeys/event-columns.js';
import type { Renames } from '../core/journeys/renamed-actors.js';
import type { Instant } from '../core/telemetry/time.js';
import { DAY } from '../core/telemetry/time.js';
import { actorRenames } from '../storage/actor-merge.store.js';
import type { EventCopies } from '../storage/event-copies.js';
import type { CopyState, EventCopy } from '../storage/event-copy-file.js';
import type { DayRead, EventDay } from '../storage/event-day.store.js';
import { databaseName, eventDays, eventsOfDay } from '../storage/event-day.store.js';

/** The columns of one day, or a part of it, from the database. */
export async function storedColumns(
  sql: EntityManager,
  day: Instant,
  request: DayRead,
): Promise<EventColumns> {
  const builder = new EventColumnsBuilder(day, request.properties);
  const from = Math.max(day, request.from);
  const to = Math.min(day + DAY, request.to);
  for await (const events of eventsOfDay(sql, { ...request, from, to })) {
    for (const event of events) builder.add(event);
  }
  return builder.finish();
}

/** Whether a copy holds what the day holds now, and what stages that ask for these properties need. */
export function isWhole(
  copy: CopyState | null,
  day: EventDay,
  properties: readonly string[],
): boolean {
  if (copy?.partition !== day.partition || copy.changes !== day.changes) return false;
  return properties.every((name) => copy.properties.includes(name));
}

/** Days of events, and which of their actors go by others. */
export interface ColumnDays {
  readonly days: readonly EventColumns[];
  readonly renames: Renames;
}

/**
 * The days of a stretch of time in columns, all of one moment: from its copy where the day has not
 * changed since, else from the database. Copies may hold more than was asked for.
 */
export async function eventColumns(
  source: DataSource,
  copies: EventCopies,
  request: DayRead,
): Promise<ColumnDays> {
  return await source.transaction('REPEATABLE READ', async (sql) => {
    const database = await databaseName(sql);
    const days = (await eventDays(sql)).filter(
      ({ day }) => day + DAY > request.from && day < request.to,
    );
    const copied = await Promise.all(days.map(({ day }) => copies.read(database, day)));
    const columns: EventColumns[] = [];
    for (const [index, state] of days.entries()) {
      const copy = copied[index] ?? null;
      const known = copy !== null && isWhole(stateOf(copy), state, request.properties);
      columns.push(known ? copy.columns : await storedColumns(sql, state.day, request));
    }
    return { days: columns, renames: await actorRenames(sql) };
  });
}

function stateOf({ partition, changes, columns: { properties } }: EventCopy): CopyState {
  return { partition, changes, properties };
}
