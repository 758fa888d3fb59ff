import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';

import { insertIntoPath, pathEventOf } from '../../src/core/journeys/actor-path.js';
import { attemptsOf } from '../../src/core/journeys/attempts.js';
import type { JourneyEvent } from '../../src/core/journeys/journey-event.js';
import type { ActorMerge } from '../../src/core/journeys/persons.js';
import { Persons } from '../../src/core/journeys/persons.js';
import { addDeltas } from '../../src/core/journeys/stage-deltas.js';
import { StageSums } from '../../src/core/journeys/stage-sums.js';
import { HOUR, MINUTE } from '../../src/core/telemetry/time.js';
import type { KnownSums, Reign } from '../../src/loop/path-changes.js';
import { pathEventsByPerson, tellChanges } from '../../src/loop/path-changes.js';
import { START, aJourney, anEvent } from './small-world.js';

const journey = aJourney({ window: 2 * HOUR });
const always = { from: -Infinity, until: Infinity, span: { from: -Infinity, to: Infinity } };
const reign: Reign = {
  ...always,
  stored: { journey, version: 1, effectiveFrom: null, knownAt: START },
};

type Arrival = { readonly event: JourneyEvent } | { readonly merge: ActorMerge };

const ACTORS = ['ann', 'bob', 'cleo', 'dan'] as const;
const actor = fc.constantFrom(...ACTORS);
const minute = fc.integer({ min: 0, max: 600 }).map((at) => START + at * MINUTE);
const lateness = fc.constantFrom(0, 30_000, 5 * MINUTE, 3 * HOUR, 9 * HOUR);
const satisfaction = fc.option(
  fc.oneof(
    fc.record({ scale: fc.constant('csat' as const), score: fc.constantFrom(1, 2.5, 5) }),
    fc.record({ scale: fc.constant('nps' as const), score: fc.constantFrom(0, 6, 8, 9) }),
  ),
  { nil: undefined },
);
const arrival = fc.oneof(
  { weight: 5, arbitrary: fc.record({ event: fc.record({ actor, occurredAt: minute, event: fc.constantFrom('cart', 'pay', 'done'), segment: fc.constantFrom('web', 'app'), satisfaction, late: lateness }) }) }, // prettier-ignore
  {
    weight: 1,
    arbitrary: fc.record({ merge: fc.record({ from: actor, into: actor, knownAt: minute }) }),
  },
);

const arrivals = fc.array(arrival, { maxLength: 40 }).map((all): Arrival[] =>
  all.map((one) => {
    if ('merge' in one) return one;
    const { late, ...event } = one.event;
    return { event: anEvent({ ...event, receivedAt: event.occurredAt + late }) };
  }),
);

/** Tells arrivals one batch after the other, as events are counted and actors merged. */
function told(batches: readonly (readonly Arrival[])[]): KnownSums {
  const sums: KnownSums = new Map();
  let events: JourneyEvent[] = [];
  let merges: ActorMerge[] = [];
  for (const batch of batches) {
    const persons = new Persons(merges);
    const paths = pathEventsByPerson(reign, events, persons);
    const news = batch.flatMap((one) => ('event' in one ? [one.event] : []));
    for (const [person, arrived] of pathEventsByPerson(reign, news, persons)) {
      const path = insertIntoPath([], paths.get(person) ?? []);
      const known = { events: path, merges: persons.mergesOf(person) };
      tellChanges(reign, known, { events: arrived, merges: [] }, sums);
    }
    events = events.concat(news);
    for (const { merge } of batch.filter((one) => 'merge' in one)) {
      const after = new Persons([...merges, merge]);
      const person = after.personOf(merge.into);
      const path = pathEventsByPerson(reign, events, after).get(person) ?? [];
      const known = {
        events: insertIntoPath([], path),
        merges: merges.filter(({ into }) => after.personOf(into) === person),
      };
      tellChanges(reign, known, { events: [], merges: [merge] }, sums);
      merges = [...merges, merge];
    }
  }
  return sums;
}

/** What the told changes come to by a time. */
function knownBy(sums: KnownSums, at: number): unknown {
  const all = new StageSums();
  for (const [knownAt, changed] of sums) {
    if (knownAt <= at) for (const cell of changed.cells()) all.add(cell);
  }
  return sorted(all);
}

function sorted(sums: StageSums): unknown {
  const key = (cell: object): string => JSON.stringify(cell);
  return sums.cells().sort((one, other) => (key(one) < key(other) ? -1 : 1));
}

/** One pass over the events that were known by then, under the names that were. */
function inOnePass(all: readonly Arrival[], at: number): unknown {
  const minuteOf = (time: number): number => Math.ceil(time / MINUTE) * MINUTE;
  const merges = all.flatMap((one) => ('merge' in one ? [one.merge] : []));
  const persons = new Persons(merges.filter(({ knownAt }) => minuteOf(knownAt) <= at));
  const sums = new StageSums();
  for (const name of ACTORS) {
    const own = all.flatMap((one) => {
      if (!('event' in one) || minuteOf(one.event.receivedAt) > at) return [];
      const event = pathEventOf(journey, one.event);
      return event !== null && persons.personOf(one.event.actor) === name ? [event] : [];
    });
    const after = attemptsOf(journey, insertIntoPath([], own));
    addDeltas(sums, journey, { before: [], after }, 1);
  }
  return sorted(sums);
}

describe('merging actors', () => {
  it('and then events, in any order and batches, is one pass over events of the renamed actor', () => {
    const cuts = fc.array(fc.nat(40), { maxLength: 6 });
    const times = fc.array(fc.integer({ min: 0, max: 1200 }), { minLength: 3, maxLength: 3 });
    fc.assert(
      fc.property(arrivals, cuts, times, (all, at, moments) => {
        const ends = [...new Set(at)].sort((a, b) => a - b);
        const batches = [0, ...ends].map((start, i) => all.slice(start, ends[i] ?? all.length));
        const sums = told(batches);
        for (const moment of [...moments.map((one) => START + one * MINUTE), Infinity]) {
          expect(knownBy(sums, moment)).toEqual(inOnePass(all, moment));
        }
      }),
      { numRuns: 400 },
    );
  });
});
