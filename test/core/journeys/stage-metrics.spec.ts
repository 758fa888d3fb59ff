import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';

import type { PathEvent } from '../../../src/core/journeys/actor-path.js';
import { insertIntoPath, pathEventOf } from '../../../src/core/journeys/actor-path.js';
import { attemptsOf } from '../../../src/core/journeys/attempts.js';
import type { JourneyEvent } from '../../../src/core/journeys/journey-event.js';
import type { Journey } from '../../../src/core/journeys/journey.js';
import { FUNNEL_ORDERS } from '../../../src/core/journeys/journey.js';
import type { StageCell } from '../../../src/core/journeys/stage-cell.js';
import { stageDeltas } from '../../../src/core/journeys/stage-deltas.js';
import { stageMetrics } from '../../../src/core/journeys/stage-metrics.js';
import { StageSums } from '../../../src/core/journeys/stage-sums.js';
import { HOUR, MINUTE, SECOND } from '../../../src/core/telemetry/time.js';

const checkout: Journey = {
  key: 'checkout',
  name: 'Checkout',
  owner: 'web',
  window: HOUR,
  order: 'ordered',
  stages: [
    { key: 'cart', event: 'A', weight: 1, window: 10 * MINUTE },
    { key: 'payment', event: 'B', weight: 1 },
    { key: 'done', event: 'C', weight: 1 },
  ],
};

function event(
  actor: string,
  name: string,
  at: number,
  more: Partial<JourneyEvent> = {},
): JourneyEvent {
  return { source: 's', actor, event: name, occurredAt: at, receivedAt: at, ...more };
}

/** The cells after the deltas; cells that came to nothing are gone. */
function applyDeltas(cells: readonly StageCell[], deltas: readonly StageCell[]): StageCell[] {
  const sums = new StageSums();
  for (const cell of [...cells, ...deltas]) sums.add(cell);
  return sums
    .cells()
    .sort(
      (one, other) =>
        one.bucketStart - other.bucketStart ||
        one.stageIndex - other.stageIndex ||
        String(one.segment).localeCompare(String(other.segment)),
    );
}

/** The service's way: each batch restates the cells of the actors that it touches. */
class Follower {
  readonly paths = new Map<string, PathEvent[]>();
  cells: StageCell[] = [];

  constructor(private readonly journey: Journey) {}

  take(batch: readonly JourneyEvent[]): void {
    for (const actor of new Set(batch.map((own) => own.actor))) {
      const events = batch.filter((own) => own.actor === actor);
      const before = this.paths.get(actor) ?? [];
      const added = events.flatMap((own) => pathEventOf(this.journey, own) ?? []);
      this.restate([before], actor, insertIntoPath(before, added));
    }
  }

  merge(from: string, into: string): void {
    const paths = [this.paths.get(from) ?? [], this.paths.get(into) ?? []];
    this.paths.delete(from);
    this.restate(paths, into, insertIntoPath(paths[1] ?? [], paths[0] ?? []));
  }

  private restate(before: readonly PathEvent[][], actor: string, after: PathEvent[]): void {
    const attempts = before.flatMap((path) => attemptsOf(this.journey, path));
    const deltas = stageDeltas(this.journey, attempts, attemptsOf(this.journey, after));
    this.cells = applyDeltas(this.cells, deltas);
    this.paths.set(actor, after);
  }
}

function cellsOf(events: readonly JourneyEvent[], journey: Journey = checkout): StageCell[] {
  const follower = new Follower(journey);
  follower.take(events);
  return follower.cells;
}

const anEvent = fc.record({
  actor: fc.constantFrom('a', 'b'),
  event: fc.constantFrom('A', 'B', 'C', 'X'),
  at: fc.integer({ min: 0, max: 40 }).map((step) => step * 3 * MINUTE),
  segment: fc.constantFrom(undefined, 'mobile', 'web'),
  satisfaction: fc.option(
    fc.record({ scale: fc.constantFrom('csat', 'nps'), score: fc.constantFrom(1.1, 2.7, 5) }),
    { nil: undefined, freq: 3 },
  ),
});

const someEvents = fc.array(anEvent, { minLength: 1, maxLength: 25 }).map((all) =>
  all.map(({ actor, event: name, at, segment, satisfaction }) =>
    event(actor, name, at, {
      segment,
      satisfaction: satisfaction as JourneyEvent['satisfaction'],
    }),
  ),
);

describe.each(FUNNEL_ORDERS)('stage deltas of an %s journey', (order) => {
  const journey = { ...checkout, order };

  it('give the same cells in any order and any batches as in one pass', () => {
    const shuffled = someEvents.chain((events) =>
      fc.tuple(
        fc.constant(events),
        fc.shuffledSubarray(events, { minLength: events.length }),
        fc.integer({ min: 1, max: 6 }),
      ),
    );
    fc.assert(
      fc.property(shuffled, ([events, late, size]) => {
        const follower = new Follower(journey);
        for (let start = 0; start < late.length; start += size) {
          follower.take(late.slice(start, start + size));
        }
        expect(follower.cells).toEqual(cellsOf(events, journey));
        expect(follower.cells.every((cell) => cell.entered > 0)).toBe(true);
      }),
      { numRuns: 150 },
    );
  });

  it('restate a merge of two actors as if they had been one', () => {
    fc.assert(
      fc.property(someEvents, (events) => {
        const follower = new Follower(journey);
        follower.take(events);
        follower.merge('a', 'b');
        const asOne = events.map((own) => ({ ...own, actor: 'b' }));
        expect(follower.cells).toEqual(cellsOf(asOne, journey));
      }),
      { numRuns: 50 },
    );
  });
});

describe('stageDeltas', () => {
  it('touches only what a late event changes', () => {
    const path = (events: readonly JourneyEvent[]): PathEvent[] =>
      insertIntoPath(
        [],
        events.flatMap((own) => pathEventOf(checkout, own) ?? []),
      );
    const known = [
      event('a', 'A', 0),
      event('a', 'A', 2 * HOUR),
      event('a', 'B', 2 * HOUR + MINUTE),
    ];
    const before = attemptsOf(checkout, path(known));
    const after = attemptsOf(checkout, path([...known, event('a', 'B', 90 * SECOND)]));
    const deltas = stageDeltas(checkout, before, after);
    expect(deltas).toEqual([
      expect.objectContaining({
        stageIndex: 0,
        bucketStart: 0,
        entered: 0,
        converted: 1,
        millisToConvert: 90 * SECOND,
      }),
      expect.objectContaining({ stageIndex: 1, bucketStart: 0, entered: 1, converted: 0 }),
    ]);
    expect(stageDeltas(checkout, after, after)).toEqual([]);
  });
});

describe('stageMetrics', () => {
  // Twelve carts a minute apart; the first nine reach payment after 1 to 8 minutes and 11 minutes.
  const events = Array.from({ length: 12 }, (_, index) => {
    const wait = [1, 2, 3, 4, 5, 6, 7, 8, 11][index];
    const cart = event(`u${index}`, 'A', index * MINUTE, {
      segment: index < 6 ? 'mobile' : undefined,
    });
    if (wait === undefined) return [cart];
    const score = index === 0 ? 10 : 6;
    const satisfaction = index < 3 ? ({ scale: 'nps', score } as const) : undefined;
    return [cart, event(`u${index}`, 'B', (index + wait) * MINUTE, { satisfaction })];
  }).flat();
  const cells = cellsOf(events);
  const query = { from: 0, to: 30 * MINUTE, bucket: 15 * MINUTE, now: 5 * HOUR };

  it('counts conversions within the stage window, and drop-off among the mature', () => {
    const [cart, payment, , later] = stageMetrics(checkout, cells, query);
    expect(cart).toMatchObject({
      stage: 'cart',
      bucketStart: 0,
      entered: 12,
      mature: { entered: 12, converted: 8, dropped: 4 },
      immature: { entered: 0, converted: 0 },
      conversionRate: 8 / 12,
      dropOff: 4 / 12,
    });
    expect(cart?.secondsToConvert?.mean).toBe(270);
    expect(payment).toMatchObject({ entered: 7, conversionRate: 0, secondsToConvert: null });
    expect(payment?.nps).toEqual({ count: 3, mean: 22 / 3, score: -100 / 3 });
    expect(later).toMatchObject({ stage: 'cart', bucketStart: 15 * MINUTE, entered: 0 });
    expect(later?.conversionRate).toBeNull();
  });

  it('gives median and 90th percentile within 9.1 % of the values', () => {
    const [cart] = stageMetrics(checkout, cells, query);
    const off = (seen: number | undefined, minutes: number): number =>
      Math.abs((seen ?? 0) / (60 * minutes) - 1);
    expect(off(cart?.secondsToConvert?.median, 4)).toBeLessThanOrEqual(0.091);
    expect(off(cart?.secondsToConvert?.p90, 8)).toBeLessThanOrEqual(0.091);
  });

  it('never counts as dropped what may still convert', () => {
    // The cell of minutes 0 to 4 is mature at 15 minutes, the next one five minutes later.
    const [cart] = stageMetrics(checkout, cells, { ...query, now: 15 * MINUTE });
    expect(cart).toMatchObject({
      entered: 12,
      mature: { entered: 5, converted: 5, dropped: 0 },
      immature: { entered: 7, converted: 3 },
    });
    const [early] = stageMetrics(checkout, cells, { ...query, now: 15 * MINUTE - 1 });
    expect(early).toMatchObject({ mature: { entered: 0 }, conversionRate: null, dropOff: null });
  });

  it('has no rate at the last stage', () => {
    const done = cellsOf([event('a', 'A', 0), event('a', 'B', 1), event('a', 'C', 2)]);
    const last = stageMetrics(checkout, done, query).find(({ stage }) => stage === 'done');
    expect(last).toMatchObject({ entered: 1, conversionRate: null, mature: { dropped: 0 } });
  });

  it('has the rate of a last stage whose conversions a warehouse has told', () => {
    const [cell] = cellsOf([event('a', 'A', 0)]);
    const told = cell === undefined ? [] : [{ ...cell, stageIndex: 2, entered: 50, converted: 2 }];
    const last = stageMetrics(checkout, told, query).find(({ stage }) => stage === 'done');
    expect(last).toMatchObject({ conversionRate: 0.04, mature: { converted: 2, dropped: 48 } });
  });

  it('looks at one segment, or at those without', () => {
    const [mobile] = stageMetrics(checkout, cells, { ...query, segment: 'mobile' });
    const [none] = stageMetrics(checkout, cells, { ...query, segment: null });
    expect([mobile?.entered, none?.entered]).toEqual([6, 6]);
  });

  it('refuses a bucket that cuts cells', () => {
    const bad = { ...query, bucket: 7 * MINUTE };
    expect(() => stageMetrics(checkout, cells, bad)).toThrow(
      expect.objectContaining({ code: 'bad-bucket' }),
    );
  });
});
