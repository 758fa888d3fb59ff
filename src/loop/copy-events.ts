import type { DataSource } from 'typeorm';

import type { Instant } from '../core/telemetry/time.js';
import { DAY, HOUR, MINUTE } from '../core/telemetry/time.js';
import type { EventCopies } from '../storage/event-copies.js';
import type { EventDay } from '../storage/event-day.store.js';
import { databaseName, eventDays, watchDay } from '../storage/event-day.store.js';
import { currentJourneys } from '../storage/journey.store.js';
import { isWhole, storedColumns } from './event-columns.js';
import { propertiesOf } from './properties-of.js';

/** How long after its end a day is taken to be over. */
const LATENESS = HOUR;

/** A day that changed a moment ago is changing still: it is copied once it has come to rest. */
const REST = 10 * MINUTE;

/** Copies the days that are over and have no whole copy; answers how many. Days under way are the database's. */
export async function copyEvents(
  source: DataSource,
  copies: EventCopies,
  now: Instant,
): Promise<number> {
  const database = await databaseName(source.manager);
  const days = await eventDays(source.manager);
  const journeys = await currentJourneys(source.manager);
  const properties = propertiesOf(journeys.map(({ journey }) => journey));
  await copies.keepOnly(
    database,
    days.map(({ day }) => day),
  );
  let copied = 0;
  for (const state of days) {
    const isOver = state.day + DAY + LATENESS <= now && (state.changedAt ?? 0) + REST <= now;
    if (!isOver) continue;
    if (isWhole(await copies.state(database, state.day), state, properties)) continue;
    if (!state.isWatched && !(await watchDay(source, state))) continue;
    await copyDay(source, copies, state, properties);
    copied += 1;
  }
  return copied;
}

/** The day's state and its events are read as of one moment. */
async function copyDay(
  source: DataSource,
  copies: EventCopies,
  { day }: EventDay,
  properties: readonly string[],
): Promise<void> {
  await source.transaction('REPEATABLE READ', async (sql) => {
    const state = (await eventDays(sql)).find((one) => one.day === day);
    if (state === undefined) return;
    const all = { from: day, to: day + DAY, names: null, segment: null, properties };
    const columns = await storedColumns(sql, day, all);
    const { partition, changes } = state;
    await copies.write(await databaseName(sql), { partition, changes, columns });
  });
}
