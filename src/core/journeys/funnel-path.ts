import type { Instant } from '../telemetry/time.js';

/** One actor's events in ascending order of time. */
export interface ActorEvents {
  readonly at: ArrayLike<Instant>;
  /** Bit k is set where the event is one of step k; 0 for any other event. */
  readonly steps: ArrayLike<number>;
}

/** Finds how far one actor got. Reusable: each call of `follow` forgets the actor before. */
export interface FunnelPath {
  /** When the steps of the reported path were reached, in the order they were; milliseconds. */
  readonly times: Float64Array;
  /** @returns the number of steps that the actor reached. */
  follow(events: ActorEvents): number;
}

/** The end of the run of events that share the moment of the one at `start`. */
export function endOfMoment(at: ArrayLike<Instant>, start: number): number {
  let end = start + 1;
  while (end < at.length && at[end] === at[start]) end += 1;
  return end;
}

/**
 * How many steps, from the given one, the events of one moment can take in the order of the steps,
 * each event once, whatever order they come in (augmenting paths, Kuhn 1955).
 */
export function stepsWithin(masks: readonly number[], firstStep: number): number {
  const [only = 0] = masks;
  if (masks.length === 1) return (only >> firstStep) & 1;
  const steps = new Int32Array(masks.length).fill(-1);
  const give = (step: number, tried: Set<number>): boolean =>
    masks.some((mask, index) => {
      if ((mask & (1 << step)) === 0 || tried.has(index)) return false;
      tried.add(index);
      const other = steps[index] ?? -1;
      if (other >= 0 && !give(other, tried)) return false;
      steps[index] = step;
      return true;
    });
  let taken = 0;
  while (taken < masks.length && give(firstStep + taken, new Set())) taken += 1;
  return taken;
}

/** The masks of the events from `start` up to `end` that belong to a step. */
export function masksBetween({ steps }: ActorEvents, start: number, end: number): number[] {
  const masks: number[] = [];
  for (let index = start; index < end; index += 1) {
    const mask = steps[index] ?? 0;
    if (mask !== 0) masks.push(mask);
  }
  return masks;
}
