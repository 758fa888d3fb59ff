import { existsSync, readFileSync } from 'node:fs';

import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';

import type { ActorEvents } from '../../../src/core/journeys/funnel-path.js';
import type { FunnelQuery, FunnelStep } from '../../../src/core/journeys/funnel.js';
import { funnel, stepMasks } from '../../../src/core/journeys/funnel.js';
import type { FunnelOrder } from '../../../src/core/journeys/journey.js';
import { FUNNEL_ORDERS } from '../../../src/core/journeys/journey.js';
import { OrderedPath } from '../../../src/core/journeys/ordered-path.js';
import { StrictPath } from '../../../src/core/journeys/strict-path.js';
import { UnorderedPath } from '../../../src/core/journeys/unordered-path.js';
import { DAY, SECOND } from '../../../src/core/telemetry/time.js';

interface NamedEvent {
  readonly actor: string;
  readonly event: string;
  readonly at: number;
}

function byActor(events: readonly NamedEvent[], steps: readonly string[]): ActorEvents[] {
  const maskOf = stepMasks(steps);
  const actors = new Map<string, NamedEvent[]>();
  for (const event of events) {
    actors.set(event.actor, [...(actors.get(event.actor) ?? []), event]);
  }
  return [...actors.values()].map((own) => {
    const sorted = own.toSorted((one, other) => one.at - other.at);
    return {
      at: sorted.map(({ at }) => at * SECOND),
      steps: sorted.map(({ event }) => maskOf(event)),
    };
  });
}

/** `A0 B1 A2` for one actor: event names and seconds. */
function walk(text: string, actor = 'a'): NamedEvent[] {
  return text.split(' ').map((word) => {
    const [, event = '', at = ''] = /^(\D+)(\d+)$/.exec(word) ?? [];
    return { actor, event, at: Number(at) };
  });
}

function run(walks: readonly string[], query: Partial<FunnelQuery>): FunnelStep[] {
  const full = { steps: ['A', 'B', 'C'], order: 'ordered', window: 14 * DAY, ...query } as const;
  const events = walks.flatMap((text, index) => walk(text, `a${index}`));
  return funnel(byActor(events, full.steps), full);
}

const reached = (walks: readonly string[], query: Partial<FunnelQuery> = {}): number[] =>
  run(walks, query).map((step) => step.reached);

// The walks of the conformance file, written short.
const EIGHT = [
  'S0',
  'P0 S60',
  'S0 P60 B120 I180',
  'I0 B60 P120 S180',
  'P0 S60 B120 P180 I240',
  'B0 S60 B120 P180',
  'B0 S60 P120 I180',
  'I0 P60',
];

describe('funnel', () => {
  it('stops a strict path at an event of another kind', () => {
    expect(reached(EIGHT, { steps: ['S', 'P', 'I'], order: 'strict' })).toEqual([7, 2, 1]);
  });

  it('ignores other events in an ordered path', () => {
    expect(reached(EIGHT, { steps: ['S', 'P', 'I'] })).toEqual([7, 4, 3]);
  });

  it('counts how many steps were taken in an unordered funnel, whichever they were', () => {
    expect(reached(EIGHT, { steps: ['S', 'P', 'I'], order: 'unordered' })).toEqual([8, 7, 4]);
  });

  it('needs an event again for a step that comes again', () => {
    const walks = ['S0', 'S0 P60', 'S0 P60 B120 P180', 'S0 P60 B120 P180 P240 B300'];
    const steps = ['S', 'P', 'P', 'P', 'P'];
    const all = [...walks, 'S0 P60 P120 P180 P240'];
    expect(reached(all, { steps })).toEqual([5, 4, 3, 2, 1]);
    expect(reached(['S5 P5 P5'], { steps })).toEqual([1, 1, 1, 0, 0]);
  });

  it('takes the window as inclusive and times only those that converted', () => {
    const walks = ['S50400 P50700', 'S50580', 'S43200 P44100'];
    const long = run(walks, { steps: ['S', 'P'] });
    expect(long.map((step) => step.reached)).toEqual([3, 2]);
    expect(long[1]?.secondsFromPrevious).toMatchObject({ mean: 600, median: 600, p90: 840 });
    const short = run(walks, { steps: ['S', 'P'], window: 300 * SECOND });
    expect(short.map((step) => step.reached)).toEqual([3, 1]);
    expect(short[1]?.secondsFromPrevious).toMatchObject({ mean: 300 });
    const shorter = { steps: ['S', 'P'], window: 300 * SECOND - 1 };
    expect(reached(walks, shorter)).toEqual([3, 0]);
  });

  it('gives rates, and mean, median and 90th percentile of the time from the step before', () => {
    const steps = run(['S0 P3600 B10800', 'S0 P7200', 'S0 P7200 B10800'], {
      steps: ['S', 'P', 'B'],
    });
    // NumPy: np.percentile([3600, 7200, 7200], 90) = 7200, np.percentile([7200, 3600], 90) = 6840.
    expect(steps).toEqual([
      {
        event: 'S',
        reached: 3,
        rateFromPrevious: 1,
        rateFromFirst: 1,
        secondsFromPrevious: null,
      },
      {
        event: 'P',
        reached: 3,
        rateFromPrevious: 1,
        rateFromFirst: 1,
        secondsFromPrevious: { mean: 6000, median: 7200, p90: 7200 },
      },
      {
        event: 'B',
        reached: 2,
        rateFromPrevious: 2 / 3,
        rateFromFirst: 2 / 3,
        secondsFromPrevious: { mean: 5400, median: 5400, p90: 6840 },
      },
    ]);
  });

  it('lets no later entry destroy progress, and lets each path keep its own entry', () => {
    expect(reached(['A0 B1 A2 C3'])).toEqual([1, 1, 1]);
    const window = 10 * SECOND;
    expect(reached(['A0 B8 A9 C12'], { window })).toEqual([1, 1, 0]);
    expect(reached(['A0 A5 B11'], { window })).toEqual([1, 1, 0]);
    expect(reached(['A0 B8 A9 B11 C19'], { window })).toEqual([1, 1, 1]);
  });

  it('reports the path that got furthest first and, of those, began first', () => {
    const [, second, third] = run(['A0 A5 B8 B9 C20 A30 B31 C32'], {});
    expect(second?.secondsFromPrevious?.mean).toBe(8);
    expect(third?.secondsFromPrevious?.mean).toBe(12);
    const [, late] = run(['A0 A5 B11'], { window: 10 * SECOND });
    expect(late?.secondsFromPrevious?.mean).toBe(6);
  });

  it('takes one moment in the order of the steps', () => {
    expect(reached(['C7 B7 A7'])).toEqual([1, 1, 1]);
    expect(reached(['B7 A7 X7 C8'], { order: 'strict' })).toEqual([1, 1, 1]);
    expect(reached(['A0 X1 B1 X2 C3'], { order: 'strict' })).toEqual([1, 1, 0]);
  });

  it('answers with no rate and no time where nobody came', () => {
    expect(run([], {})[1]).toEqual({
      event: 'B',
      reached: 0,
      rateFromPrevious: null,
      rateFromFirst: null,
      secondsFromPrevious: null,
    });
  });

  it('refuses a funnel without steps and one with too many', () => {
    expect(() => run([], { steps: [] })).toThrow(expect.objectContaining({ code: 'bad-steps' }));
    const many = Array.from({ length: 31 }, (_, index) => `s${index}`);
    expect(() => stepMasks(many)).toThrow(expect.objectContaining({ code: 'bad-steps' }));
  });
});

/** The furthest step, from the definition: tries every choice of events. */
function bruteForce({ at, steps }: ActorEvents, count: number, query: FunnelQuery): number {
  const times = Array.from(at);
  const fits = (chosen: readonly number[]): boolean => {
    const moments = chosen.map((index) => times[index] ?? 0);
    if (Math.max(...moments) - Math.min(...moments) > query.window) return false;
    if (query.order === 'unordered') return true;
    const inOrder = moments.every(
      (moment, index) => index === 0 || moment >= (moments[index - 1] ?? 0),
    );
    if (query.order === 'ordered' || !inOrder) return inOrder;
    return moments.every(
      (moment, index) =>
        index === 0 || !times.some((time) => time > (moments[index - 1] ?? 0) && time < moment),
    );
  };
  let best = 0;
  const extend = (chosen: readonly number[], taken: number, size: number): void => {
    if (chosen.length > 0 && !fits(chosen)) return;
    best = Math.max(best, size);
    for (let index = 0; index < times.length; index += 1) {
      if (chosen.includes(index)) continue;
      for (let step = 0; step < count; step += 1) {
        if (query.order !== 'unordered' && step !== size) continue;
        if ((taken & (1 << step)) !== 0 || ((steps[index] ?? 0) & (1 << step)) === 0) continue;
        extend([...chosen, index], taken | (1 << step), size + 1);
      }
    }
  };
  extend([], 0, 0);
  return best;
}

const PATHS = { ordered: OrderedPath, strict: StrictPath, unordered: UnorderedPath } as const;

describe.each(FUNNEL_ORDERS)('an %s path', (order: FunnelOrder) => {
  const names = fc.array(fc.constantFrom('A', 'B', 'C', 'X'), { minLength: 1, maxLength: 6 });
  const gaps = fc.array(fc.constantFrom(0, 1, 1, 2, 4), { minLength: 6, maxLength: 6 });
  const wanted = fc.array(fc.constantFrom('A', 'B', 'C'), { minLength: 1, maxLength: 4 });

  it('gets as far as the best choice of events does, in times that are such a choice', () => {
    fc.assert(
      fc.property(
        names,
        gaps,
        wanted,
        fc.integer({ min: 0, max: 8 }),
        (own, waits, steps, window) => {
          const maskOf = stepMasks(steps);
          let now = 100;
          const at = own.map((_, index) => (now += waits[index] ?? 0));
          const events = { at, steps: own.map(maskOf) };
          const path = new PATHS[order](steps.length, window);
          const far = path.follow(events);
          expect(far).toBe(bruteForce(events, steps.length, { steps, order, window }));
          const times = Array.from(path.times.subarray(0, far));
          expect(times).toEqual(times.toSorted((one, other) => one - other));
          expect(far === 0 || (times[far - 1] ?? 0) - (times[0] ?? 0) <= window).toBe(true);
          const chosen = { at: times, steps: times.map(() => 0) };
          // The times alone, with the events of those moments, get as far again.
          const kept = at.flatMap((moment, index) => (times.includes(moment) ? [index] : []));
          const again = {
            at: kept.map((index) => at[index] ?? 0),
            steps: kept.map((index) => events.steps[index] ?? 0),
          };
          expect(chosen.at).toHaveLength(far);
          expect(new PATHS[order](steps.length, window).follow(again)).toBe(far);
        },
      ),
      { numRuns: 150 },
    );
  });
});

const conformance = new URL('../../../../shared/conformance/funnel.json', import.meta.url);

describe('the shared conformance cases', () => {
  const check = existsSync(conformance) ? it : it.skip;

  check('hold', () => {
    const { cases } = JSON.parse(readFileSync(conformance, 'utf8')) as {
      cases: {
        name: string;
        order: FunnelOrder;
        steps: string[];
        windowSeconds: number;
        events: NamedEvent[];
        expect: object & { reached: number[]; secondsFromPrevious?: (object | null)[] };
      }[];
    };
    expect(cases.length).toBeGreaterThan(0);
    for (const { steps, order, windowSeconds, events, expect: wanted } of cases) {
      const query = { steps, order, window: windowSeconds * SECOND };
      const got = funnel(byActor(events, steps), query);
      expect(got.map((step) => step.reached)).toEqual(wanted.reached);
      if (wanted.secondsFromPrevious === undefined) continue;
      expect(got.map((step) => step.secondsFromPrevious)).toMatchObject(wanted.secondsFromPrevious);
    }
  });
});

describe('events of one moment', () => {
  it('take the most steps that they can, whatever order they are stored in', () => {
    // Of the two that fit the first step only one leaves an event for the second.
    const masks = [0b011, 0b101];
    for (const steps of [masks, masks.toReversed()]) {
      const at = steps.map(() => 0);
      expect(new OrderedPath(3, DAY).follow({ at, steps })).toBe(2);
    }
  });
});
