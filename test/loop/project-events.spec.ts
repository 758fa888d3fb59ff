import { afterEach, beforeAll, describe, expect, it } from '@jest/globals';

import type { JourneyEvent } from '../../src/core/journeys/journey-event.js';
import { seededRandom } from '../../src/core/statistics/random.js';
import { HOUR, MINUTE } from '../../src/core/telemetry/time.js';
import { projectEvents } from '../../src/loop/project-events.js';
import { rebuildJourney } from '../../src/loop/rebuild-journey.js';
import { takeEvents } from '../../src/loop/take-events.js';
import type { StoredCell } from '../../src/storage/stage-metric.store.js';
import { storedCells } from '../../src/storage/stage-metric.store.js';
import { SmallWorld, aJourney, anEvent, day } from './small-world.js';

/** Two days of thirty actors who wander, some of whose events come hours late. */
function wanderings(seed: number, count = 300): JourneyEvent[] {
  const random = seededRandom(seed);
  const pick = <T>(values: readonly [T, ...T[]]): T =>
    values[Math.floor(random() * values.length)] ?? values[0];
  return Array.from({ length: count }, (_, i) => {
    const occurredAt = day(0) + Math.floor(random() * 2 * 24 * 60) * MINUTE;
    const event = anEvent({
      id: `e${i}`,
      actor: `actor${Math.floor(random() * 30)}`,
      event: pick(['cart', 'pay', 'done', 'cart', 'pay', 'help']),
      segment: pick(['mobile', 'desktop']),
      occurredAt,
      receivedAt: occurredAt + pick([1000, 1000, 90 * 1000, 7 * HOUR]),
    });
    return random() < 0.2 ? { ...event, satisfaction: { scale: 'csat', score: 4 } } : event;
  });
}

/** A journey that lets the wanderers arrive. */
const journey = aJourney({ window: 12 * HOUR });

function shuffled<T>(values: readonly T[], seed: number): T[] {
  const random = seededRandom(seed);
  return values
    .map((value) => ({ value, at: random() }))
    .sort((a, b) => a.at - b.at)
    .map(({ value }) => value);
}

function batches<T>(values: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(values.length / size) }, (_, i) =>
    values.slice(i * size, (i + 1) * size),
  );
}

const worlds: SmallWorld[] = [];

async function newWorld(): Promise<SmallWorld> {
  const world = await SmallWorld.open();
  worlds.push(world);
  return world;
}

afterEach(async () => {
  for (const world of worlds.splice(0)) await world.close();
});

const NOW = day(5);

async function takeAll(world: SmallWorld, all: readonly JourneyEvent[][]): Promise<void> {
  for (const batch of all) await takeEvents(world.source, batch, NOW);
  await projectEvents(world.source, NOW);
}

interface Built {
  readonly metrics: unknown;
  readonly known: unknown;
}

/** Every cell but for how often it was restated, and when. */
async function cellsIn(world: SmallWorld): Promise<Omit<StoredCell, 'revision' | 'computedAt'>[]> {
  const everything = { from: day(-9), to: day(9), segment: null };
  const cells = await storedCells(world.source.manager, journey.key, everything);
  return cells.map(({ revision: _, computedAt: __, ...cell }) => cell);
}

/** What was built of the events; a cell that nothing is left of is none. */
async function builtIn(world: SmallWorld): Promise<Built> {
  return {
    metrics: (await cellsIn(world)).filter(({ entered }) => entered !== 0),
    known: await world.rows(
      `SELECT journey, version, stage, segment, bucket_start, known_at, sum(entered) AS entered,
         sum(converted) AS converted
       FROM stage_metric_change GROUP BY journey, version, stage, segment, bucket_start, known_at
       HAVING sum(entered) <> 0 OR sum(converted) <> 0 ORDER BY journey, stage, bucket_start, segment, known_at`,
    ),
  };
}

describe('what events change', () => {
  const events = wanderings(1);
  const byReception = [...events].sort((a, b) => a.receivedAt - b.receivedAt);
  let reference: Built;

  beforeAll(async () => {
    const world = await newWorld();
    await world.define(journey);
    await takeAll(world, batches(byReception, 25));
    reference = await builtIn(world);
  });

  it.each([
    ['one batch', [byReception]],
    ['single events', batches(byReception, 3)],
    [
      'the order in which they occurred',
      batches(
        [...events].sort((a, b) => a.occurredAt - b.occurredAt),
        40,
      ),
    ],
    ['any order', batches(shuffled(events, 2), 17)],
    ['the reverse', batches(byReception.toReversed(), 50)],
  ])('is the same in %s', async (_, all) => {
    const world = await newWorld();
    await world.define(journey);
    await takeAll(world, all);
    expect(await builtIn(world)).toEqual(reference);
  });

  it('is the same where the journey is defined after the events', async () => {
    const world = await newWorld();
    await takeAll(world, batches(shuffled(events, 4), 60));
    await world.define(journey);
    await world.source.transaction((sql) => rebuildJourney(sql, journey.key, NOW));
    expect(await builtIn(world)).toEqual(reference);
    await world.source.transaction((sql) => rebuildJourney(sql, journey.key, NOW));
    expect(await builtIn(world)).toEqual(reference);
  });
});

describe('a late event', () => {
  it('restates the buckets that it touches, and no other', async () => {
    const world = await newWorld();
    await world.define(journey);
    const at = (minutes: number): number => day(0, 12, minutes);
    await takeAll(world, [
      [
        anEvent({ id: '1', occurredAt: at(0) }),
        anEvent({ id: '2', occurredAt: at(20), event: 'done' }),
        anEvent({ id: '3', occurredAt: at(7), actor: 'bob' }),
        anEvent({ id: '4', occurredAt: at(30) }),
      ],
    ]);
    const cells = async (): Promise<unknown> => {
      const range = { from: at(0), to: at(60), segment: null };
      const found = await storedCells(world.source.manager, journey.key, range);
      return found.map(({ stage, bucketStart, entered, converted, revision, computedAt }) => {
        const minute = (bucketStart - at(0)) / MINUTE;
        return { stage, minute, entered, converted, revision, computedAt };
      });
    };
    const cell = (stage: string, minute: number, entered: number, converted: number): object => {
      return { stage, minute, entered, converted, revision: 1, computedAt: NOW };
    };
    expect(await cells()).toEqual([cell('cart', 0, 1, 0), cell('cart', 5, 1, 0)]);
    const later = NOW + HOUR;
    const paid = anEvent({ id: '5', occurredAt: at(10), receivedAt: later, event: 'pay' });
    await takeEvents(world.source, [paid], later);
    await projectEvents(world.source, later);
    const computedAt = later;
    expect(await cells()).toEqual([
      { ...cell('cart', 0, 1, 1), revision: 2, computedAt },
      cell('cart', 5, 1, 0),
      { ...cell('payment', 10, 1, 1), computedAt },
      { ...cell('done', 20, 1, 0), computedAt },
      // The attempt is over now: the next cart begins another.
      { ...cell('cart', 30, 1, 0), computedAt },
    ]);
    expect(await takeEvents(world.source, [paid], later + HOUR)).toEqual(['duplicate']);
    expect(await cells()).toHaveLength(5);
  });
});

describe('whoever asks what was known by a time', () => {
  it('does not wait for what came after it', async () => {
    const world = await newWorld();
    await world.define(journey);
    const [early, late] = [day(0, 12), day(1, 12)];
    await takeEvents(world.source, [anEvent({ id: '1', occurredAt: early })], NOW);
    await takeEvents(world.source, [anEvent({ id: '2', occurredAt: late })], NOW);
    const counted = async (): Promise<number> =>
      (await cellsIn(world)).reduce((sum, { entered }) => sum + entered, 0);
    await projectEvents(world.source, NOW, early);
    expect(await counted()).toBe(0);
    await projectEvents(world.source, NOW, early + MINUTE);
    expect(await counted()).toBe(1);
    await projectEvents(world.source, NOW);
    expect(await counted()).toBe(2);
  });
});

describe('a rebuild beside senders', () => {
  it('waits for them and they for it, and all of them arrive', async () => {
    const world = await newWorld();
    await world.define(journey);
    const events = wanderings(9, 240);
    await takeAll(world, [events.slice(0, 120)]);
    const rebuild = (): Promise<void> =>
      world.source.transaction((sql) => rebuildJourney(sql, journey.key, NOW));
    const senders = batches(events.slice(120), 10).map((batch) =>
      takeEvents(world.source, batch, NOW),
    );
    const counts = batches(senders, 3).map(() => projectEvents(world.source, NOW));
    await Promise.all([rebuild(), ...senders, ...counts, rebuild()]);
    await projectEvents(world.source, NOW);
    const built = await builtIn(world);
    await rebuild();
    expect(await builtIn(world)).toEqual(built);
  });
});
