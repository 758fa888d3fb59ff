import { createHash } from 'node:crypto';

import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';

import { stagesEntered } from '../../../src/core/journeys/actor-path.js';
import { columnarActors } from '../../../src/core/journeys/columnar-actors.js';
import type { EventColumns } from '../../../src/core/journeys/event-columns.js';
import { EventColumnsBuilder } from '../../../src/core/journeys/event-columns.js';
import type { ActorEvents } from '../../../src/core/journeys/funnel-path.js';
import type { Renames } from '../../../src/core/journeys/renamed-actors.js';
import { NO_RENAMES } from '../../../src/core/journeys/renamed-actors.js';
import type { FunnelStep } from '../../../src/core/journeys/funnel.js';
import { FunnelCount, funnel } from '../../../src/core/journeys/funnel.js';
import type { FunnelOrder, Stage } from '../../../src/core/journeys/journey.js';
import { FUNNEL_ORDERS } from '../../../src/core/journeys/journey.js';
import { DAY, HOUR, bucketStart } from '../../../src/core/telemetry/time.js';

interface Happening {
  readonly actor: string;
  readonly event: string;
  readonly at: number;
  readonly segment: string | null;
  readonly plan: string | null;
}

interface Asked {
  readonly order: FunnelOrder;
  readonly window: number;
  readonly from: number;
  readonly to: number;
  readonly segment: string | null;
}

const ORIGIN = Date.UTC(2026, 0, 5);

const stages: Stage[] = [
  { key: 'visit', event: 'A', weight: 1 },
  { key: 'upgrade', event: 'B', weight: 1, where: { plan: 'paid' } },
  { key: 'again', event: 'A', weight: 1, where: { plan: 'paid' } },
  { key: 'done', event: 'C', weight: 1 },
];

const keyOf = (actor: string): string =>
  createHash('sha256').update(actor).digest('hex').slice(0, 32);

function columnsOf(happenings: readonly Happening[]): EventColumns[] {
  const days = new Map<number, Happening[]>();
  for (const one of happenings) {
    const day = bucketStart(one.at, DAY);
    days.set(day, [...(days.get(day) ?? []), one]);
  }
  return [...days]
    .sort(([one], [other]) => one - other)
    .map(([day, own]) => {
      const builder = new EventColumnsBuilder(day, ['plan']);
      own
        .map((one) => ({ ...one, actor: keyOf(one.actor), values: [one.plan] }))
        .sort(
          (one, other) =>
            (one.actor < other.actor ? -1 : 1) * Number(one.actor !== other.actor) ||
            one.at - other.at,
        )
        .forEach((one) => {
          builder.add(one);
        });
      return builder.finish();
    });
}

function maskOf({ event, plan }: Happening): number {
  return stagesEntered({ stages }, { event, properties: plan === null ? {} : { plan } });
}

/** The plain way: every actor's events, sorted. */
function plainly(happenings: readonly Happening[], asked: Asked): FunnelStep[] {
  const actors = new Map<string, Happening[]>();
  for (const one of happenings) {
    const inSegment = asked.segment === null || one.segment === asked.segment;
    if (!inSegment || one.at < asked.from || one.at >= asked.to) continue;
    if (asked.order !== 'strict' && maskOf(one) === 0) continue;
    actors.set(one.actor, [...(actors.get(one.actor) ?? []), one]);
  }
  const events = [...actors.values()].map((own): ActorEvents => {
    const sorted = own.toSorted((one, other) => one.at - other.at);
    return { at: sorted.map(({ at }) => at), steps: sorted.map(maskOf) };
  });
  return funnel(events, { ...asked, steps: stages.map(({ key }) => key) });
}

/** Renames as they are stored: by the own key, ascending. */
function renamesOf(into: Readonly<Record<string, string>>): Renames {
  const pairs = Object.entries(into)
    .map(([from, to]) => [keyOf(from), keyOf(to)] as const)
    .sort(([one], [other]) => (one < other ? -1 : 1));
  const words = (keys: readonly string[]): Uint32Array =>
    Uint32Array.from(
      keys.flatMap((key) =>
        [0, 8, 16, 24].map((start) => Number.parseInt(key.slice(start, start + 8), 16)),
      ),
    );
  return { from: words(pairs.map(([from]) => from)), into: words(pairs.map(([, to]) => to)) };
}

function columnwise(
  days: readonly EventColumns[],
  asked: Asked,
  renames: Renames = NO_RENAMES,
): FunnelStep[] {
  const count = new FunnelCount({ ...asked, steps: stages.map(({ key }) => key) });
  const stepsOf = (kind: EventColumns['kinds'][number]): number | null => {
    const steps = stagesEntered({ stages }, kind);
    return steps === 0 && asked.order !== 'strict' ? null : steps;
  };
  for (const actors of columnarActors(days, { ...asked, stepsOf }, renames)) count.add(actors);
  return count.steps();
}

const happening = fc.record({
  actor: fc.constantFrom('ann', 'bob', 'cleo', 'dan'),
  event: fc.constantFrom('A', 'B', 'C', 'X'),
  at: fc.integer({ min: 0, max: 72 }).map((hour) => ORIGIN + hour * HOUR),
  segment: fc.constantFrom(null, 'mobile', 'web'),
  plan: fc.constantFrom(null, 'paid', 'free'),
});
const asking = (): fc.Arbitrary<Asked> =>
  fc.record({
    order: fc.constantFrom(...FUNNEL_ORDERS),
    window: fc.integer({ min: 0, max: 40 }).map((hours) => hours * HOUR),
    from: moment,
    to: moment,
    segment: fc.constantFrom(null, 'mobile', 'web', 'store'),
  });
const moment = fc.integer({ min: -5, max: 80 }).map((hour) => ORIGIN + hour * HOUR);

describe('columnarActors', () => {
  it('gives the funnel that the events themselves give', () => {
    fc.assert(
      fc.property(fc.array(happening, { maxLength: 60 }), asking(), (happenings, asked) => {
        expect(columnwise(columnsOf(happenings), asked)).toEqual(plainly(happenings, asked));
      }),
      { numRuns: 500 },
    );
  });

  it('takes actors who are one for one', () => {
    const alias = fc.constantFrom('ann', 'bob', 'eve');
    const person = fc.constantFrom('cleo', 'dan', 'fred');
    fc.assert(
      fc.property(
        fc.array(happening, { maxLength: 60 }),
        asking(),
        fc.dictionary(alias, person),
        (happenings, asked, into) => {
          const renamed = happenings.map((one) => ({
            ...one,
            actor: into[one.actor] ?? one.actor,
          }));
          const found = columnwise(columnsOf(happenings), asked, renamesOf(into));
          expect(found).toEqual(plainly(renamed, asked));
        },
      ),
      { numRuns: 300 },
    );
  });

  it('finds a few renamed actors among many, in whatever group they are', () => {
    const happenings = Array.from({ length: 40_000 }, (_, index): Happening => ({
      actor: `actor-${String(index % 20_000)}`,
      event: 'A',
      at: ORIGIN + (index % 3) * DAY + index,
      segment: null,
      plan: 'paid',
    }));
    const into = Object.fromEntries(
      Array.from({ length: 300 }, (_, i) => [`actor-${i * 60}`, `actor-${i * 60 + 7}`]),
    );
    const query = { from: ORIGIN, to: ORIGIN + 9 * DAY, segment: null, stepsOf: () => 1 };
    const sizes = new Map<number, number>();
    for (const group of columnarActors(columnsOf(happenings), query, renamesOf(into))) {
      for (const { at } of group) sizes.set(at.length, (sizes.get(at.length) ?? 0) + 1);
    }
    expect(sizes).toEqual(
      new Map([
        [2, 20_000 - 600],
        [4, 300],
      ]),
    );
  });

  it('gathers each actor in one group, however many there are', () => {
    const happenings = Array.from({ length: 35_000 }, (_, index): Happening => ({
      actor: `actor-${String(index % 10_000)}`,
      event: index < 20_000 ? 'A' : 'C',
      at: ORIGIN + (index % 3) * DAY + index,
      segment: null,
      plan: 'paid',
    }));
    const days = columnsOf(happenings);
    const query = { from: ORIGIN, to: ORIGIN + 9 * DAY, segment: null, stepsOf: () => 1 };
    let [groups, actors, events] = [0, 0, 0];
    for (const group of columnarActors(days, query)) {
      groups += 1;
      for (const { at } of group) {
        actors += 1;
        events += at.length;
        for (let index = 1; index < at.length; index += 1) {
          if ((at[index] ?? 0) < (at[index - 1] ?? 0)) throw new Error('not in the order of time');
        }
      }
    }
    expect([groups > 1, actors, events]).toEqual([true, 10_000, 35_000]);
  });

  it('tells actors apart whose keys share all words but one', () => {
    const builder = new EventColumnsBuilder(ORIGIN, []);
    const near = [0, 1, 2, 3].map((word) =>
      [0, 1, 2, 3].map((at) => (at === word ? '00000001' : '00000000')).join(''),
    );
    const all = ['0'.repeat(32), ...near].sort();
    all.forEach((actor) => {
      builder.add({ actor, at: ORIGIN, event: 'A', values: [], segment: null });
    });
    const query = { from: ORIGIN, to: ORIGIN + DAY, segment: null, stepsOf: () => 1 };
    const [group = []] = columnarActors([builder.finish()], query);
    expect([...group]).toHaveLength(all.length);
  });
});

describe('EventColumnsBuilder', () => {
  const event = { actor: keyOf('ann'), at: ORIGIN + HOUR, event: 'A', values: [], segment: null };

  it.each([
    ['an earlier time', { ...event, at: ORIGIN }],
    ['an earlier actor', { ...event, actor: '0'.repeat(32) }],
    ['another day', { ...event, at: ORIGIN + DAY }],
  ])('refuses %s', (_, next) => {
    const builder = new EventColumnsBuilder(ORIGIN, []);
    builder.add(event);
    expect(() => {
      builder.add(next);
    }).toThrow('by actor and time');
  });
});
