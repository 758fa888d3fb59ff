import type { Instant } from '../telemetry/time.js';
import type { PathEvent } from './actor-path.js';
import type { Attempt, StageSatisfaction } from './attempt.js';
import type { Journey } from './journey.js';
import { leastUseful, lowestStep } from './step-mask.js';

interface Walk {
  readonly startedAt: Instant;
  readonly segment: string | null;
  readonly stageTimes: (Instant | null)[];
  readonly satisfaction: StageSatisfaction[];
  reached: number;
  lastStage: number;
  stoppedAt: Instant | null;
}

/** Follows one actor's path; every event is used by at most one stage of one attempt. */
class PathWalker {
  readonly walks: Walk[] = [];
  private open: Walk | null = null;

  constructor(private readonly journey: Journey) {}

  /** All events of one moment; they count in the order of the stages. */
  meet(events: readonly PathEvent[], at: Instant): void {
    if (this.open !== null && at > this.open.startedAt + this.journey.window) this.open = null;
    const unused = events.filter((event) => event.stages !== 0);
    if (!this.advance(unused, at)) {
      this.interrupt(at);
      this.advance(unused, at);
    }
    while (this.advance(unused, at));
    for (const event of events) this.hear(event, at);
  }

  private advance(unused: PathEvent[], at: Instant): boolean {
    const wanted = this.wanted();
    // The event with the fewest other uses goes first, so that none is wasted.
    const best = leastUseful(
      unused.map(({ stages }) => stages),
      wanted,
    );
    const [event] = best < 0 ? [] : unused.splice(best, 1);
    if (event === undefined) return false;
    this.reach(this.open ?? this.begin(event), lowestStep(event.stages & wanted), at);
    return true;
  }

  /** The stages that an event could enter now. */
  private wanted(): number {
    const { order, stages } = this.journey;
    if (order !== 'unordered') return 1 << (this.open?.reached ?? 0);
    let missing = 2 ** stages.length - 1;
    this.open?.stageTimes.forEach((time, index) => {
      if (time !== null) missing &= ~(1 << index);
    });
    return missing;
  }

  private begin(event: PathEvent): Walk {
    const walk: Walk = {
      startedAt: event.at,
      segment: event.segment,
      stageTimes: this.journey.stages.map(() => null),
      satisfaction: [],
      reached: 0,
      lastStage: 0,
      stoppedAt: null,
    };
    this.walks.push(walk);
    this.open = walk;
    return walk;
  }

  private reach(walk: Walk, stage: number, at: Instant): void {
    walk.stageTimes[stage] = at;
    walk.lastStage = stage;
    walk.reached += 1;
    if (walk.reached === this.journey.stages.length) this.open = null;
  }

  private interrupt(at: Instant): void {
    if (this.journey.order !== 'strict' || this.open === null) return;
    this.open.stoppedAt = at;
    this.open = null;
  }

  /** A score belongs to the stage that the actor reached last, also after the goal. */
  private hear({ satisfaction }: PathEvent, at: Instant): void {
    const walk = this.walks.at(-1);
    if (satisfaction === null || walk === undefined) return;
    if (at > walk.startedAt + this.journey.window) return;
    walk.satisfaction.push({ stageIndex: walk.lastStage, ...satisfaction });
  }
}

function attemptOf(journey: Journey, walk: Walk): Attempt {
  return {
    startedAt: walk.startedAt,
    segment: walk.segment,
    stageTimes: walk.stageTimes,
    furthest: walk.reached - 1,
    reachedLast: walk.reached === journey.stages.length,
    stoppedAt: walk.stoppedAt,
    satisfaction: walk.satisfaction,
  };
}

/**
 * The attempts of one actor, oldest first. An attempt begins with the first event that enters the
 * first stage (any stage in an unordered journey) while none is open, and ends with the last stage,
 * with the journey's window (inclusive, from its entry) or, in a strict journey, with an event that
 * does not enter the next stage and is not of the same moment as one that does; such an event may
 * begin the next attempt.
 */
export function attemptsOf(journey: Journey, path: readonly PathEvent[]): Attempt[] {
  const walker = new PathWalker(journey);
  for (let start = 0; start < path.length;) {
    const at = path[start]?.at ?? 0;
    let end = start + 1;
    while (path[end]?.at === at) end += 1;
    walker.meet(path.slice(start, end), at);
    start = end;
  }
  return walker.walks.map((walk) => attemptOf(journey, walk));
}
