import type { Duration, Instant } from '../telemetry/time.js';
import type { ActorEvents, FunnelPath } from './funnel-path.js';
import { endOfMoment, masksBetween, stepsWithin } from './funnel-path.js';

/**
 * Steps in their order with no other event in between; events of the same moment as a step are not
 * between. A path that a moment does not move ends there.
 */
export class StrictPath implements FunnelPath {
  readonly times: Float64Array;
  /** Row k: when the path that took k + 1 steps took each; what comes first in a row is its entry. */
  private paths: Float64Array;
  private next: Float64Array;
  private reached = 0;

  constructor(
    private readonly steps: number,
    private readonly window: Duration,
  ) {
    this.times = new Float64Array(steps);
    this.paths = new Float64Array(steps * steps);
    this.next = new Float64Array(steps * steps);
  }

  follow(events: ActorEvents): number {
    const { at } = events;
    this.clear(this.paths);
    this.reached = 0;
    for (let start = 0; start < at.length && this.reached < this.steps;) {
      const end = endOfMoment(at, start);
      this.clear(this.next);
      this.meet(masksBetween(events, start, end), at[start] ?? 0);
      [this.paths, this.next] = [this.next, this.paths];
      start = end;
    }
    return this.reached;
  }

  private clear(paths: Float64Array): void {
    for (let row = 0; row < this.steps; row += 1) paths[row * this.steps] = Number.NaN;
  }

  private meet(masks: readonly number[], at: Instant): void {
    if (masks.length === 0) return;
    for (let from = 0; from < this.steps; from += 1) {
      const entry = from === 0 ? at : (this.paths[(from - 1) * this.steps] ?? Number.NaN);
      if (!(at - entry <= this.window)) continue;
      const taken = stepsWithin(masks, from);
      for (let step = from; step < from + taken; step += 1) this.take(from, step, at);
    }
  }

  /** The path that had taken the steps before `from` now takes them up to and with `step`. */
  private take(from: number, step: number, at: Instant): void {
    const row = step * this.steps;
    const entry = from === 0 ? at : (this.paths[(from - 1) * this.steps] ?? at);
    if ((this.next[row] ?? Number.NaN) >= entry) return;
    for (let index = 0; index < from; index += 1) {
      this.next[row + index] = this.paths[(from - 1) * this.steps + index] ?? at;
    }
    this.next.fill(at, row + from, row + step + 1);
    if (step < this.reached) return;
    this.reached = step + 1;
    this.times.set(this.next.subarray(row, row + step + 1));
  }
}
