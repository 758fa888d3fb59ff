import { afterEach, describe, expect, it } from '@jest/globals';

import type { JourneyEvent } from '../../src/core/journeys/journey-event.js';
import type { ActorMerge } from '../../src/core/journeys/persons.js';
import { Persons } from '../../src/core/journeys/persons.js';
import { seededRandom } from '../../src/core/statistics/random.js';
import { HOUR, MINUTE } from '../../src/core/telemetry/time.js';
import { attemptsUnderWay } from '../../src/loop/attempts-under-way.js';
import { mergeActors } from '../../src/loop/merge-actors.js';
import { projectEvents } from '../../src/loop/project-events.js';
import { rebuildJourney } from '../../src/loop/rebuild-journey.js';
import { takeEvents } from '../../src/loop/take-events.js';
import { journeyVersions } from '../../src/storage/journey.store.js';
import { storedCells } from '../../src/storage/stage-metric.store.js';
import { SmallWorld, aJourney, anEvent, day } from './small-world.js';

const NOW = day(5);
const journey = aJourney({ window: 6 * HOUR });

const worlds: SmallWorld[] = [];
async function newWorld(): Promise<SmallWorld> {
  const world = await SmallWorld.open();
  worlds.push(world);
  await world.define(journey);
  return world;
}
afterEach(async () => {
  for (const world of worlds.splice(0)) await world.close();
});

type Step =
  | { readonly merge: ActorMerge }
  | { readonly events: readonly JourneyEvent[]; readonly isCounted: boolean };

/** Ten actors over two days, some of whom are merged, early or late, while their events still come. */
function history(seed: number): Step[] {
  const random = seededRandom(seed);
  const pick = <T>(values: readonly T[]): T => values[Math.floor(random() * values.length)] as T;
  const actor = (): string => `actor${Math.floor(random() * 10)}`;
  const moment = (): number => day(0) + Math.floor(random() * 48 * 60) * MINUTE;
  const event = (id: number): JourneyEvent => {
    const occurredAt = moment();
    return anEvent({
      ...{ id: `e${id}`, actor: actor(), event: pick(['cart', 'pay', 'done', 'help']), occurredAt },
      segment: pick(['web', 'app']),
      receivedAt: occurredAt + pick([0, 1000, 7 * HOUR, 30 * HOUR]),
    });
  };
  return Array.from({ length: 14 }, (_, step): Step => {
    if (step % 3 === 2) {
      return { merge: { from: actor(), into: actor(), knownAt: pick([moment(), day(4)]) } };
    }
    const events = Array.from({ length: 20 }, (_unused, i) => event(step * 20 + i));
    return { events, isCounted: random() < 0.6 };
  }).filter((step) => !('merge' in step) || step.merge.from !== step.merge.into);
}

async function live(world: SmallWorld, steps: readonly Step[]): Promise<void> {
  for (const step of steps) {
    if ('merge' in step) await mergeActors(world.source, step.merge, NOW);
    else {
      await takeEvents(world.source, step.events, NOW);
      if (step.isCounted) await projectEvents(world.source, NOW);
    }
  }
  await projectEvents(world.source, NOW);
}

async function cellsIn(world: SmallWorld): Promise<unknown> {
  const everything = { from: day(-9), to: day(9), segment: null };
  const cells = await storedCells(world.source.manager, journey.key, everything);
  return cells
    .filter(({ entered }) => entered !== 0)
    .map(({ revision: _, computedAt: __, ...cell }) => cell);
}

/** What was known by a time, by the log of changes. */
const knownBy = (world: SmallWorld, at: number): Promise<unknown> =>
  world.rows(
    `SELECT stage, segment, bucket_start, sum(entered) AS entered, sum(converted) AS converted
     FROM stage_metric_change WHERE known_at <= $1 GROUP BY stage, segment, bucket_start
     HAVING sum(entered) <> 0 OR sum(converted) <> 0 ORDER BY stage, segment, bucket_start`,
    [new Date(at)],
  );

/** The events under the names that were known by a time, those known by then. */
function renamed(steps: readonly Step[], at: number): JourneyEvent[] {
  const merges = steps.flatMap((step) => ('merge' in step ? [step.merge] : []));
  const persons = new Persons(merges.filter(({ knownAt }) => knownAt <= at));
  return steps
    .flatMap((step) => ('merge' in step ? [] : step.events))
    .filter(({ receivedAt }) => receivedAt <= at)
    .map((event) => ({ ...event, actor: persons.personOf(event.actor) }));
}

describe('merged actors', () => {
  it.each([1, 2, 3])('are what one actor would have been, at any time (world %d)', async (seed) => {
    const steps = history(seed);
    const world = await newWorld();
    await live(world, steps);
    const early = day(1, 7);
    for (const at of [early, NOW]) {
      const one = await newWorld();
      await takeEvents(one.source, renamed(steps, at), NOW);
      await projectEvents(one.source, NOW);
      expect(await knownBy(world, at)).toEqual(await knownBy(one, at));
      if (at === NOW) expect(await cellsIn(world)).toEqual(await cellsIn(one));
    }
    const [cells, known] = [await cellsIn(world), await knownBy(world, early)];
    await world.source.transaction((sql) => rebuildJourney(sql, journey.key, NOW));
    expect([await cellsIn(world), await knownBy(world, early)]).toEqual([cells, known]);
  });

  it('restate the buckets that change, once', async () => {
    const world = await newWorld();
    const at = (minutes: number): number => day(0, 12, minutes);
    await takeEvents(
      world.source,
      [
        anEvent({ id: '1', actor: 'cookie', occurredAt: at(0) }),
        anEvent({ id: '2', actor: 'ada', event: 'pay', occurredAt: at(10) }),
        anEvent({ id: '3', actor: 'bob', occurredAt: at(30) }),
      ],
      NOW,
    );
    await projectEvents(world.source, NOW);
    const cells = async (): Promise<unknown> => {
      const range = { from: at(0), to: at(60), segment: null };
      const found = await storedCells(world.source.manager, journey.key, range);
      return found.map(({ stage, entered, converted, revision }) => [
        ...[stage, entered, converted, revision],
      ]);
    };
    expect(await cells()).toEqual([['cart', 1, 0, 1], ['cart', 1, 0, 1]]); // prettier-ignore
    const merge = { from: 'cookie', into: 'ada', knownAt: NOW };
    expect(await mergeActors(world.source, merge, NOW)).toBe(true);
    const after = [['cart', 1, 1, 2], ['payment', 1, 0, 1], ['cart', 1, 0, 1]]; // prettier-ignore
    expect(await cells()).toEqual(after);
    for (const again of [merge, { ...merge, from: 'ada', into: 'cookie' }]) {
      expect(await mergeActors(world.source, again, NOW + HOUR)).toBe(false);
    }
    expect(await cells()).toEqual(after);
    const versions = await journeyVersions(world.source.manager);
    const found = await attemptsUnderWay(
      world.source.manager,
      versions,
      { from: at(5), to: at(15) },
      9,
    );
    expect(found.map(({ actor, attempt }) => [actor, attempt.furthest])).toEqual([['ada', 1]]);
  });

  it('are counted once where they are merged while their events come', async () => {
    const world = await newWorld();
    const steps = history(4);
    await Promise.all(
      steps.map(async (step) => {
        if ('merge' in step) await mergeActors(world.source, step.merge, NOW);
        else {
          await takeEvents(world.source, step.events, NOW);
          await projectEvents(world.source, NOW);
        }
      }),
    );
    await projectEvents(world.source, NOW);
    const [cells, known] = [await cellsIn(world), await knownBy(world, day(1, 7))];
    await world.source.transaction((sql) => rebuildJourney(sql, journey.key, NOW));
    expect([await cellsIn(world), await knownBy(world, day(1, 7))]).toEqual([cells, known]);
  });
});
