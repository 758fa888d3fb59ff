import { mkdtemp, readdir, rm, truncate } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { DataSource } from 'typeorm';

import type { JourneyEvent } from '../../src/core/journeys/journey-event.js';
import type { FunnelOrder, Journey } from '../../src/core/journeys/journey.js';
import { FUNNEL_ORDERS } from '../../src/core/journeys/journey.js';
import { DAY, HOUR, MINUTE } from '../../src/core/telemetry/time.js';
import { adHocFunnel } from '../../src/loop/ad-hoc-funnel.js';
import { copyEvents } from '../../src/loop/copy-events.js';
import { eventColumns } from '../../src/loop/event-columns.js';
import { mergeActors } from '../../src/loop/merge-actors.js';
import { takeEvents } from '../../src/loop/take-events.js';
import { openDataSource } from '../../src/storage/data-source.js';
import { EventCopies } from '../../src/storage/event-copies.js';
import { selectDay } from '../../src/storage/event-day.store.js';
import { addJourneyVersion } from '../../src/storage/journey.store.js';
import { createDatabase } from '../postgres/database.js';

const ORIGIN = Date.UTC(2026, 2, 10);
/** The fourth day is under way. */
const NOW = ORIGIN + 3 * DAY + 2 * HOUR;

const journey: Journey = {
  key: 'shop',
  name: 'Shop',
  owner: 'team',
  window: 2 * DAY,
  order: 'ordered',
  stages: [
    { key: 'visit', event: 'visit', weight: 1 },
    { key: 'buy', event: 'buy', weight: 1, where: { plan: 'paid' } },
  ],
};

let made = 0;
function event(
  actor: string,
  name: string,
  hour: number,
  more: Partial<JourneyEvent> = {},
): JourneyEvent {
  made += 1;
  const occurredAt = ORIGIN + hour * HOUR;
  const properties = { plan: 'paid' };
  return {
    ...{ id: `e-${String(made)}`, source: 's', actor, event: name, occurredAt, properties },
    receivedAt: occurredAt,
    ...more,
  };
}

describe('copies of events', () => {
  let database: Awaited<ReturnType<typeof createDatabase>>;
  let source: DataSource;
  let folder: string;
  let copies: EventCopies;
  /** Nobody has copied anything here: answers from the database alone. */
  const none = new EventCopies(join(tmpdir(), 'throughline-no-copies'));

  beforeEach(async () => {
    database = await createDatabase();
    source = await openDataSource(database.url);
    folder = await mkdtemp(join(tmpdir(), 'throughline-copies-'));
    copies = new EventCopies(folder);
    await addJourneyVersion(source.manager, journey, ORIGIN);
  });
  afterEach(async () => {
    await source.destroy();
    await database.drop();
    await rm(folder, { recursive: true });
  });

  const take = (...events: JourneyEvent[]): Promise<unknown> => takeEvents(source, events, NOW);
  const days = ['20260310', '20260311', '20260312', '20260313'];
  const table = (day: number): string => `journey_event_${days[day] ?? ''}`;

  interface Asked {
    readonly order?: FunnelOrder;
    readonly segment?: string | null;
    readonly from?: number;
    readonly to?: number;
  }

  async function reached(from: EventCopies, asked: Asked = {}): Promise<unknown> {
    const range = { from: ORIGIN, to: ORIGIN + 9 * DAY, segment: null, order: 'ordered' as const };
    return await adHocFunnel(source, from, { journey, window: 2 * DAY, ...range, ...asked });
  }

  async function expectExact(steps: readonly number[]): Promise<void> {
    const answer = await reached(copies);
    expect(answer).toMatchObject(steps.map((count) => ({ reached: count })));
    expect(await reached(none)).toEqual(answer);
  }

  /** How many days come from copies: those hold the names that nobody asked for, too. */
  async function copiedDays(): Promise<number> {
    const request = { from: ORIGIN, to: ORIGIN + 9 * DAY, names: ['visit'], segment: null };
    const columns = await eventColumns(source, copies, { ...request, properties: [] });
    return columns.days.filter(({ kinds }) => kinds.some((kind) => kind.event === 'other')).length;
  }

  const three = (): JourneyEvent[] => [
    event('ann', 'visit', 1),
    event('ann', 'buy', 30),
    event('bob', 'visit', 26),
    event('bob', 'visit', 50),
    event('bob', 'buy', 73),
    event('cleo', 'visit', 51),
    ...[2, 27, 52, 73].map((hour) => event('dan', 'other', hour)),
  ];

  it('are made of days that are over, once', async () => {
    await take(...three());
    await expectExact([3, 2]);
    expect(await copyEvents(source, copies, NOW)).toBe(3);
    expect(await copiedDays()).toBe(3);
    await expectExact([3, 2]);
    expect(await copyEvents(source, copies, NOW)).toBe(0);
  });

  it('are not used for a day that a late event came to, until they are made again', async () => {
    await take(...three());
    await copyEvents(source, copies, NOW);
    await take(event('cleo', 'buy', 52), event('eve', 'visit', 52));
    expect(await copiedDays()).toBe(2);
    await expectExact([4, 3]);
    // Changed a moment ago: it may be changing still. The fourth day is over by now.
    expect(await copyEvents(source, copies, Date.now())).toBe(1);
    expect(await copyEvents(source, copies, Date.now() + HOUR)).toBe(1);
    expect(await copiedDays()).toBe(4);
    await expectExact([4, 3]);
  });

  it('are not used once a row was changed, taken away, or all of them', async () => {
    await take(...three());
    await copyEvents(source, copies, NOW);
    await source.query(`UPDATE journey_event SET actor = 'ann' WHERE actor = 'cleo'`);
    await source.query(`DELETE FROM journey_event WHERE actor = 'bob' AND event = 'visit'`);
    await source.query(`TRUNCATE ${table(0)}`);
    expect(await copiedDays()).toBe(0);
    await expectExact([1, 0]);
  });

  it('know nothing of a transaction that is under way, and see it when it ends', async () => {
    await take(...three());
    await copyEvents(source, copies, NOW);
    const late = source.createQueryRunner();
    await late.startTransaction();
    await late.query(
      `INSERT INTO journey_event (source, id, actor, event, occurred_at, received_at)
       VALUES ('s', 'late', 'fred', 'visit', $1, now())`,
      [new Date(ORIGIN + 3 * HOUR)],
    );
    await expectExact([3, 2]);
    // A copy that is made meanwhile lacks the event as well.
    await source.query(`DELETE FROM journey_event WHERE actor = 'ann' AND event = 'visit'`);
    expect(await copyEvents(source, copies, Date.now() + HOUR)).toBeGreaterThan(0);
    await expectExact([2, 1]);
    await late.commitTransaction();
    await late.release();
    await expectExact([3, 1]);
  });

  it('wait for who is writing to a day, and leave it for later', async () => {
    await take(...three());
    const writer = source.createQueryRunner();
    await writer.startTransaction();
    await writer.query(`DELETE FROM ${table(0)} WHERE actor = 'ann'`);
    expect(await copyEvents(source, copies, NOW)).toBe(2);
    await writer.rollbackTransaction();
    await writer.release();
    expect(await copyEvents(source, copies, NOW)).toBe(1);
    await expectExact([3, 2]);
  });

  it('are those of the table that there is: a dropped day is gone, a new one is another', async () => {
    await take(...three());
    await copyEvents(source, copies, NOW);
    await source.query(`DROP TABLE ${table(1)}`);
    await expectExact([3, 1]);
    await source.query(
      `CREATE TABLE ${table(1)} PARTITION OF journey_event
       FOR VALUES FROM ('2026-03-11T00:00:00Z') TO ('2026-03-12T00:00:00Z')`,
    );
    await expectExact([3, 1]);
    await source.query(`DROP TABLE ${table(1)}`);
    await copyEvents(source, copies, NOW);
    expect(await readdir(join(folder, (await readdir(folder))[0] ?? ''))).toHaveLength(2);
  });

  it('are read from the database where a file is broken', async () => {
    await take(...three());
    await copyEvents(source, copies, NOW);
    const [name = ''] = await readdir(folder);
    for (const [index, file] of (await readdir(join(folder, name))).entries()) {
      await truncate(join(folder, name, file), index * 40);
    }
    expect(await copiedDays()).toBe(0);
    await expectExact([3, 2]);
  });

  it('are made again when a stage asks for a property that they lack', async () => {
    await take(...three(), event('cleo', 'buy', 53, { properties: { plan: 'free', size: 2 } }));
    await copyEvents(source, copies, NOW);
    const [visit, buy] = journey.stages;
    if (visit === undefined || buy === undefined) throw new Error('the journey has two stages');
    const sized = { ...journey, stages: [visit, { ...buy, where: { size: 2 } }] };
    const asked = { from: ORIGIN, to: NOW, segment: null, order: 'ordered' as const, window: DAY };
    const answer = await adHocFunnel(source, copies, { ...asked, journey: sized });
    expect(answer).toMatchObject([{ reached: 3 }, { reached: 1 }]);
    await addJourneyVersion(source.manager, sized, NOW);
    expect(await copyEvents(source, copies, NOW)).toBe(3);
    expect(await adHocFunnel(source, copies, { ...asked, journey: sized })).toEqual(answer);
  });

  it('stay whole when actors are merged, and funnels take them for one', async () => {
    await take(...three(), event('anon', 'visit', 3), event('anon', 'buy', 53));
    await copyEvents(source, copies, NOW);
    await expectExact([4, 2]);
    const merge = (from: string, into: string): Promise<boolean> =>
      mergeActors(source, { from, into, knownAt: NOW }, NOW);
    await merge('anon', 'cleo');
    expect(await copiedDays()).toBe(3);
    await expectExact([3, 3]);
    await merge('cleo', 'bob');
    await expectExact([2, 2]);
    await take(event('anon', 'other', 54));
    await expectExact([2, 2]);
  });

  it('answer as the database does, whatever was asked and copied', async () => {
    const random = fc.record({
      actor: fc.constantFrom('ann', 'bob', 'cleo', 'Zoë'),
      name: fc.constantFrom('visit', 'buy', 'other'),
      hour: fc.integer({ min: 0, max: 73 }),
      plan: fc.constantFrom('paid', 'free', null, 1),
      segment: fc.constantFrom(undefined, 'mobile', 'web'),
    });
    const events = fc
      .sample(fc.array(random, { minLength: 150, maxLength: 150 }), { numRuns: 1, seed: 7 })
      .flat()
      .map(({ actor, name, hour, plan, segment }) =>
        event(actor, name, hour, { properties: { plan }, segment }),
      );
    await take(...events.slice(0, 100));
    await copyEvents(source, copies, NOW);
    await take(...events.slice(100).filter(({ occurredAt }) => occurredAt < ORIGIN + DAY));
    for (const order of FUNNEL_ORDERS) {
      for (const segment of [null, 'mobile', 'nobody']) {
        for (const from of [ORIGIN, ORIGIN + 5 * HOUR + MINUTE]) {
          const asked = { order, segment, from, to: ORIGIN + 60 * HOUR };
          expect(await reached(copies, asked)).toEqual(await reached(none, asked));
        }
      }
    }
    expect(await copiedDays()).toBeGreaterThan(0);
  });

  it('read no other day than the one that is asked for', async () => {
    await take(...three());
    const read = { names: ['visit'], segment: null, properties: [] };
    const select = selectDay({ from: ORIGIN + DAY, to: ORIGIN + 2 * DAY, ...read });
    const plan = JSON.stringify(await source.query(`EXPLAIN (FORMAT JSON) ${select}`));
    const tables = [...plan.matchAll(/"Relation Name":"(\w+)"/g)].map(([, name]) => name);
    expect(tables).toEqual([table(1)]);
  });
});
