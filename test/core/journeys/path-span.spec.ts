import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';

import { insertIntoPath } from '../../../src/core/journeys/actor-path.js';
import type { PathEvent } from '../../../src/core/journeys/actor-path.js';
import { attemptsOf } from '../../../src/core/journeys/attempts.js';
import type { Journey } from '../../../src/core/journeys/journey.js';
import { spanNeeded } from '../../../src/core/journeys/path-span.js';
import type { Span } from '../../../src/core/journeys/path-span.js';
import { stageDeltas } from '../../../src/core/journeys/stage-deltas.js';
import { MINUTE } from '../../../src/core/telemetry/time.js';

const WINDOW = 30 * MINUTE;

const journey = (order: Journey['order']): Journey => ({
  key: 'j',
  name: 'J',
  owner: 'o',
  window: WINDOW,
  order,
  stages: ['a', 'b', 'c'].map((key) => ({ key, event: key, weight: 1 })),
});

const pathEvent = fc.record({
  at: fc.integer({ min: 0, max: 600 }).map((minutes) => minutes * MINUTE),
  stages: fc.constantFrom(0, 1, 2, 4),
  segment: fc.constantFrom(null, 'web'),
  satisfaction: fc.constantFrom(null, { scale: 'csat' as const, score: 4 }),
});

const inside = (path: readonly PathEvent[], { from, to }: Span): PathEvent[] =>
  path.filter(({ at }) => at >= from && at <= to);

/** The part of a path that is looked at, widened as asked until it is enough. */
function looked(path: readonly PathEvent[], arrivals: Span): { part: PathEvent[]; rounds: number } {
  let span: Span = { from: arrivals.from - 2 * WINDOW, to: arrivals.to + 2 * WINDOW };
  for (let rounds = 1; ; rounds += 1) {
    const part = inside(path, span);
    const times = part.map(({ at }) => at);
    const needed = spanNeeded(times, arrivals, WINDOW, span);
    if (needed.from >= span.from && needed.to <= span.to) return { part, rounds };
    span = needed;
  }
}

const spanOf = (events: readonly PathEvent[]): Span => ({
  from: Math.min(...events.map(({ at }) => at)),
  to: Math.max(...events.map(({ at }) => at)),
});

describe('the part of a path between gaps', () => {
  it.each(['ordered', 'strict', 'unordered'] as const)(
    'tells of an %s journey what the whole path tells',
    (order) => {
      fc.assert(
        fc.property(
          fc.array(pathEvent, { maxLength: 25 }),
          fc.array(pathEvent, { minLength: 1, maxLength: 3 }),
          (known, arrivals) => {
            const path = insertIntoPath([], known);
            const deltas = (before: readonly PathEvent[]): unknown =>
              stageDeltas(
                journey(order),
                attemptsOf(journey(order), before),
                attemptsOf(journey(order), insertIntoPath(before, arrivals)),
              ).sort(
                (one, other) =>
                  one.bucketStart - other.bucketStart ||
                  one.stageIndex - other.stageIndex ||
                  String(one.segment).localeCompare(String(other.segment)),
              );
            const { part } = looked(path, spanOf(arrivals));
            expect(deltas(part)).toEqual(deltas(path));
          },
        ),
        { numRuns: 300 },
      );
    },
  );

  it('is looked at further only where the actor went on without a gap', () => {
    const every = (minutes: number, count: number): PathEvent[] =>
      Array.from({ length: count }, (_, i) => ({
        at: i * minutes * MINUTE,
        stages: 1,
        segment: null,
        satisfaction: null,
      }));
    const at = { from: 600 * MINUTE, to: 600 * MINUTE };
    expect(looked(every(31, 100), at)).toMatchObject({ rounds: 1 });
    const { part, rounds } = looked(every(20, 100), at);
    expect(rounds).toBeGreaterThan(1);
    expect(part).toHaveLength(100);
  });
});
