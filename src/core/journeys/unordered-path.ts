import type { Duration, Instant } from '../telemetry/time.js';
import type { ActorEvents, FunnelPath } from './funnel-path.js';
import { endOfMoment } from './funnel-path.js';
import { bitCount } from './step-mask.js';
import { StepMatching } from './step-matching.js';

/**
 * Steps in any order: a path begins with an event of any step, and k steps are reached once k
 * different ones were taken, each by an event of its own, in the window.
 */
export class UnorderedPath implements FunnelPath {
  readonly times: Float64Array;
  private readonly matching: StepMatching;
  /** By mask, the latest moments of such events: as many as there are steps that they can take. */
  private readonly latest = new Map<number, Instant[]>();
  private reached = 0;
  private reachedAt: Instant = 0;

  constructor(
    private readonly steps: number,
    private readonly window: Duration,
  ) {
    this.times = new Float64Array(steps);
    this.matching = new StepMatching(steps);
  }

  follow(events: ActorEvents): number {
    const { at, steps } = events;
    this.latest.clear();
    this.reached = 0;
    for (let start = 0; start < at.length && this.reached < this.steps;) {
      const end = endOfMoment(at, start);
      let isStep = false;
      for (let index = start; index < end; index += 1) {
        const mask = steps[index] ?? 0;
        if (mask === 0) continue;
        this.remember(mask, at[index] ?? 0);
        isStep = true;
      }
      if (isStep) this.count(at[start] ?? 0);
      start = end;
    }
    if (this.reached > 0) this.report(events);
    return this.reached;
  }

  private remember(mask: number, at: Instant): void {
    const moments = this.latest.get(mask) ?? [];
    if (moments.length === 0) this.latest.set(mask, moments);
    moments.push(at);
    if (moments.length > bitCount(mask)) moments.shift();
  }

  private count(at: Instant): void {
    this.matching.clear();
    for (const [mask, moments] of this.latest) {
      for (const moment of moments) {
        if (at - moment <= this.window) this.matching.add(mask);
      }
    }
    if (this.matching.size <= this.reached) return;
    this.reached = this.matching.size;
    this.reachedAt = at;
  }

  /** As in ordered funnels: the path that got furthest first and, of those, began first. */
  private report({ at, steps }: ActorEvents): void {
    this.matching.clear();
    for (let index = 0; this.matching.size < this.reached && index < at.length; index += 1) {
      const moment = at[index] ?? 0;
      if (this.reachedAt - moment > this.window) continue;
      const mask = steps[index] ?? 0;
      if (mask !== 0 && this.matching.add(mask)) this.times[this.matching.size - 1] = moment;
    }
  }
}
