import { DomainError } from '../errors/domain-error.js';
import { quantileOfSorted } from '../statistics/interval.js';
import type { Duration } from '../telemetry/time.js';
import type { ActorEvents, FunnelPath } from './funnel-path.js';
import { GrowingNumbers } from './growing-numbers.js';
import type { FunnelOrder } from './journey.js';
import { OrderedPath } from './ordered-path.js';
import { StrictPath } from './strict-path.js';
import { UnorderedPath } from './unordered-path.js';

/** What a funnel asks for. */
export interface FunnelQuery {
  /** The names of the steps' events, 1 to 30; a name may come again. */
  readonly steps: readonly string[];
  readonly order: FunnelOrder;
  /** From a path's entry to its last step, inclusive. */
  readonly window: Duration;
}

/** One step of a funnel. */
export interface FunnelStep {
  readonly event: string;
  /** Distinct actors that got this far; in an unordered funnel, that took this many steps. */
  readonly reached: number;
  /** Of those that reached the step before; 1 for the first step, null where nobody did. */
  readonly rateFromPrevious: number | null;
  readonly rateFromFirst: number | null;
  /** Over those that reached the step; null for the first step and where nobody did. */
  readonly secondsFromPrevious: {
    readonly mean: number;
    readonly median: number;
    readonly p90: number;
  } | null;
}

const MAX_STEPS = 30;

/**
 * Says which steps an event of the name belongs to, as a bit mask.
 *
 * @throws DomainError `bad-steps`
 */
export function stepMasks(steps: readonly string[]): (event: string) => number {
  if (steps.length === 0 || steps.length > MAX_STEPS) {
    throw new DomainError('bad-steps', `a funnel has 1 to ${MAX_STEPS} steps`, {
      pointer: '/steps',
    });
  }
  const masks = new Map<string, number>();
  steps.forEach((step, index) => masks.set(step, (masks.get(step) ?? 0) | (1 << index)));
  return (event) => masks.get(event) ?? 0;
}

function pathFor({ steps, order, window }: FunnelQuery): FunnelPath {
  if (order === 'strict') return new StrictPath(steps.length, window);
  if (order === 'unordered') return new UnorderedPath(steps.length, window);
  return new OrderedPath(steps.length, window);
}

const rate = (part: number, whole: number): number | null => (whole === 0 ? null : part / whole);

function secondsOf(seconds: Float64Array): FunnelStep['secondsFromPrevious'] {
  if (seconds.length === 0) return null;
  const sorted = seconds.sort();
  const mean = sorted.reduce((sum, value) => sum + value, 0) / sorted.length;
  return { mean, median: quantileOfSorted(sorted, 0.5), p90: quantileOfSorted(sorted, 0.9) };
}

/**
 * A funnel that is counted group of actors by group. A path begins with an event of the first step
 * (of any step in an unordered funnel) and keeps its own entry, from which the window counts; an
 * actor has reached the furthest step of any of its paths. Events of one moment count in the order
 * of the steps; each event takes one step of a path at most. Times are those of one path an actor:
 * the one that got furthest first and, of those that did so at one moment, began first.
 *
 * One pass over each actor's events, each costing the steps that it can take.
 */
export class FunnelCount {
  private readonly path: FunnelPath;
  private readonly reached: number[];
  private readonly seconds: readonly GrowingNumbers[];

  /** @throws DomainError `bad-steps` */
  constructor(private readonly query: FunnelQuery) {
    stepMasks(query.steps);
    this.path = pathFor(query);
    this.reached = query.steps.map(() => 0);
    this.seconds = query.steps.map(() => new GrowingNumbers());
  }

  /** Counts further actors; each actor comes once, with all its events. */
  add(actors: Iterable<ActorEvents>): void {
    const { path, reached } = this;
    for (const actor of actors) {
      const steps = path.follow(actor);
      for (let step = 0; step < steps; step += 1) {
        reached[step] = (reached[step] ?? 0) + 1;
        if (step === 0) continue;
        const took = (path.times[step] ?? 0) - (path.times[step - 1] ?? 0);
        this.seconds[step]?.push(took / 1000);
      }
    }
  }

  /** What was counted, step by step. */
  steps(): FunnelStep[] {
    const { reached } = this;
    const [first = 0] = reached;
    return this.query.steps.map((event, step) => ({
      event,
      reached: reached[step] ?? 0,
      rateFromPrevious: rate(reached[step] ?? 0, reached[Math.max(0, step - 1)] ?? 0),
      rateFromFirst: rate(reached[step] ?? 0, first),
      secondsFromPrevious: secondsOf(this.seconds[step]?.numbers() ?? new Float64Array()),
    }));
  }
}

/**
 * Counts how many actors reach each step, as `FunnelCount` says.
 *
 * @throws DomainError `bad-steps`
 */
export function funnel(actors: Iterable<ActorEvents>, query: FunnelQuery): FunnelStep[] {
  const count = new FunnelCount(query);
  count.add(actors);
  return count.steps();
}
