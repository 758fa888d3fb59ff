import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { DAY, HOUR } from '../../src/core/telemetry/time.js';
import { takeEvents } from '../../src/loop/take-events.js';
import { fatesOf, identified } from '../../src/storage/event-intake.store.js';
import { eventsByPerson, eventsInSpans, eventsOfBatches } from '../../src/storage/path.store.js';
import type { Sql } from '../../src/storage/sql.js';
import { personsSeen } from '../../src/storage/story.store.js';
import { SmallWorld, anEvent, day } from './small-world.js';

const DAYS = 30;
const wanted = { names: ['cart'], properties: false };

interface Plan {
  readonly Plans?: readonly Plan[];
  readonly 'Relation Name'?: string;
  readonly 'Actual Loops': number;
}

/** The tables that a plan has read, which is less than those that it names. */
function tablesRead(plan: Plan): string[] {
  const below = (plan.Plans ?? []).flatMap(tablesRead);
  const own = plan['Relation Name'];
  return own === undefined || plan['Actual Loops'] === 0 ? below : [own, ...below];
}

describe('a read of events', () => {
  let world: SmallWorld;
  beforeAll(async () => {
    world = await SmallWorld.open();
    const events = Array.from({ length: DAYS }, (_, i) =>
      anEvent({ id: `e${i}`, occurredAt: day(i, 12) }),
    );
    await takeEvents(world.source, events, day(DAYS));
    await world.source.query('ANALYZE journey_event');
  });
  afterAll(() => world.close());

  /** The days that the statements of some work read. */
  async function daysRead(work: (sql: Sql) => Promise<unknown>): Promise<string[]> {
    const days = new Set<string>();
    await world.source.transaction(async (sql) => {
      const explaining = async (statement: string, parameters?: unknown[]): Promise<unknown> => {
        if (!/^\s*(SELECT|DECLARE)/.test(statement)) return [];
        const [{ 'QUERY PLAN': plans = [] } = {}] = await sql.query<
          { 'QUERY PLAN'?: readonly { Plan: Plan }[] }[]
        >(`EXPLAIN (ANALYZE, FORMAT JSON) ${statement}`, parameters);
        for (const { Plan: plan } of plans) {
          for (const table of tablesRead(plan)) {
            if (table.startsWith('journey_event_')) days.add(table.slice(-8));
          }
        }
        return [];
      };
      const getRepository = sql.getRepository.bind(sql);
      await work({ query: explaining as Sql['query'], getRepository });
    });
    return [...days].sort();
  }

  const nameOf = (days: number): string =>
    new Date(day(days)).toISOString().slice(0, 10).replaceAll('-', '');

  it('around a batch goes to the days of the batch, however many there are', async () => {
    const spans = [
      { actor: 'ada', from: day(3, 11), to: day(3, 13) },
      { actor: 'bob', from: day(4, 1), to: day(4, 2) },
    ];
    expect(await daysRead((sql) => eventsInSpans(sql, spans, wanted))).toEqual([
      nameOf(3),
      nameOf(4),
    ]);
  });

  it('of a batch goes to the days of the batch', async () => {
    const batch = { number: '1', events: 2, firstAt: day(5, 1), lastAt: day(6, 1) };
    expect(await daysRead((sql) => eventsOfBatches(sql, [batch], wanted))).toEqual([
      nameOf(5),
      nameOf(6),
    ]);
  });

  it('for duplicates goes to their days', async () => {
    const events = [7, 9].map((one) => identified(anEvent({ id: 'e', occurredAt: day(one, 3) })));
    expect(await daysRead((sql) => fatesOf(sql as never, events))).toEqual([nameOf(7), nameOf(9)]);
  });

  it('of a stretch of time goes to its days', async () => {
    const range = { from: day(2, 23), to: day(2, 23) + 2 * HOUR };
    const expected = [nameOf(2), nameOf(3)];
    expect(await daysRead((sql) => personsSeen(sql, range, ['cart'], 9))).toEqual(expected);
  });

  it('for a rebuild goes to the days of the version', async () => {
    const span = { from: day(DAYS - 2), to: day(DAYS) + DAY };
    const rebuild = (sql: Sql): Promise<unknown> => eventsByPerson(sql, span, wanted).next();
    expect(await daysRead(rebuild)).toEqual([nameOf(DAYS - 2), nameOf(DAYS - 1)]);
  });
});
