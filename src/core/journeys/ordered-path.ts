import type { Duration, Instant } from '../telemetry/time.js';
import type { ActorEvents, FunnelPath } from './funnel-path.js';
import { endOfMoment, masksBetween, stepsWithin } from './funnel-path.js';

/**
 * Steps in their order, other events ignored. Of all paths that have taken k steps only the one
 * that began last matters, since its window ends last (the state of ClickHouse's `windowFunnel`).
 */
export class OrderedPath implements FunnelPath {
  readonly times: Float64Array;
  /** When the path that took k + 1 steps began; the latest such path. */
  private readonly entries: Float64Array;
  private reached = 0;
  private reachedAt: Instant = 0;

  constructor(
    private readonly steps: number,
    private readonly window: Duration,
  ) {
    this.times = new Float64Array(steps);
    this.entries = new Float64Array(steps);
  }

  follow(events: ActorEvents): number {
    const { at } = events;
    this.entries.fill(Number.NaN);
    this.reached = 0;
    for (let start = 0; start < at.length && this.reached < this.steps;) {
      const end = endOfMoment(at, start);
      if (end === start + 1) this.meet(events.steps[start] ?? 0, at[start] ?? 0);
      else this.meetTogether(masksBetween(events, start, end), at[start] ?? 0);
      start = end;
    }
    if (this.reached > 0) this.report(events);
    return this.reached;
  }

  private meet(mask: number, at: Instant): void {
    // From the last step down, so that one event moves each path by one step at most.
    for (let rest = mask; rest !== 0;) {
      const step = 31 - Math.clz32(rest);
      rest &= ~(1 << step);
      this.take(step === 0 ? at : (this.entries[step - 1] ?? at), step, at);
    }
  }

  private meetTogether(masks: readonly number[], at: Instant): void {
    if (masks.length === 0) return;
    for (let from = this.steps - 1; from >= 0; from -= 1) {
      const entry = from === 0 ? at : (this.entries[from - 1] ?? at);
      if (!(at - entry <= this.window)) continue;
      const taken = stepsWithin(masks, from);
      for (let step = from; step < from + taken; step += 1) this.take(entry, step, at);
    }
  }

  private take(entry: Instant, step: number, at: Instant): void {
    // Not a number where no path has got that far.
    if (!(at - entry <= this.window)) return;
    if (!((this.entries[step] ?? entry) >= entry)) this.entries[step] = entry;
    if (step < this.reached) return;
    this.reached = step + 1;
    this.reachedAt = at;
  }

  /**
   * The path that got furthest first and, among those that did so at one moment, began first: a
   * second entry does not restart the clock. Any entry in the window before that moment will do,
   * else a path would have got there earlier.
   */
  private report(events: ActorEvents): void {
    const { at } = events;
    this.times.fill(this.reachedAt, 0, this.reached);
    let start = this.firstEntry(events);
    for (let taken = 0; taken < this.reached && (at[start] ?? Infinity) <= this.reachedAt;) {
      const end = endOfMoment(at, start);
      const more = stepsWithin(masksBetween(events, start, end), taken);
      this.times.fill(at[start] ?? 0, taken, Math.min(taken + more, this.reached));
      taken += more;
      start = end;
    }
  }

  /** The first of the events of the first entry that can still have got there in the window. */
  private firstEntry({ at, steps }: ActorEvents): number {
    let index = 0;
    while (this.reachedAt - (at[index] ?? this.reachedAt) > this.window) index += 1;
    while (((steps[index] ?? 1) & 1) === 0) index += 1;
    while (index > 0 && at[index - 1] === at[index]) index -= 1;
    return index;
  }
}
