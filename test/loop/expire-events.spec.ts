import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { DataSource } from 'typeorm';

import type { JourneyEvent } from '../../src/core/journeys/journey-event.js';
import { DAY, HOUR } from '../../src/core/telemetry/time.js';
import { expireEvents } from '../../src/loop/expire-events.js';
import { takeEvents } from '../../src/loop/take-events.js';
import { openDataSource } from '../../src/storage/data-source.js';
import { eventDays } from '../../src/storage/event-day.store.js';
import { createDatabase } from '../postgres/database.js';

const NOW = Date.UTC(2026, 2, 10, 4);
const retention = { eventRetention: 60 * DAY, dropsEvents: false };

const event = (id: string, daysAgo: number): JourneyEvent => ({
  ...{ id, source: 's', actor: 'ann', event: 'visit', receivedAt: NOW },
  occurredAt: NOW - daysAgo * DAY,
});

describe('events past their retention', () => {
  let database: Awaited<ReturnType<typeof createDatabase>>;
  let source: DataSource;
  beforeAll(async () => {
    database = await createDatabase();
    source = await openDataSource(database.url);
  });
  afterAll(async () => {
    await source.destroy();
    await database.drop();
  });

  const days = async (): Promise<number[]> =>
    (await eventDays(source.manager)).map(({ day }) => (NOW - 4 * HOUR - day) / DAY);
  const detached = async (): Promise<number> =>
    (
      await source.query<
        unknown[]
      >(`SELECT 1 FROM pg_class WHERE relname LIKE 'detached_journey_event_%'
       AND relkind = 'r'`)
    ).length;

  it('are kept for ever where nothing is said', async () => {
    await takeEvents(source, [event('a', 90), event('b', 61), event('c', 60), event('d', 1)], NOW);
    expect(await expireEvents(source, { ...retention, eventRetention: undefined }, NOW)).toBe(0);
    expect(await days()).toEqual([90, 61, 60, 1]);
  });

  it('are detached by the day, and the day is made anew for a late one', async () => {
    expect(await expireEvents(source, retention, NOW)).toBe(2);
    expect(await days()).toEqual([60, 1]);
    expect(await detached()).toBe(2);
    // This process believes that the day is there.
    expect(await takeEvents(source, [event('e', 61)], NOW)).toEqual(['fresh']);
    expect(await days()).toEqual([61, 60, 1]);
    expect(await expireEvents(source, retention, NOW)).toBe(1);
    expect(await detached()).toBe(3);
  });

  it('are dropped where that was asked for', async () => {
    await takeEvents(source, [event('f', 75)], NOW);
    expect(await expireEvents(source, { ...retention, dropsEvents: true }, NOW)).toBe(1);
    expect([await days(), await detached()]).toEqual([[60, 1], 3]);
  });
});
