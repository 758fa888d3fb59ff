import type { Instant } from '../telemetry/time.js';
import type { JourneyEvent, Satisfaction } from './journey-event.js';
import type { Journey, Stage } from './journey.js';

/** What one event of one actor means to one journey; an actor's path is a sorted list of these. */
export interface PathEvent {
  readonly at: Instant;
  /** Bit k is set where the event and its properties enter stage k; 0 where it enters none. */
  readonly stages: number;
  readonly segment: string | null;
  readonly satisfaction: Satisfaction | null;
}

/** A property's value as stages compare it: plain ones as text, null for all others. */
export function plainText(value: unknown): string | null {
  const isPlain = ['string', 'number', 'boolean'].includes(typeof value);
  return isPlain ? String(value) : null;
}

/** What a stage asks of an event. */
type Entering = Pick<JourneyEvent, 'event' | 'properties'>;

function enters(stage: Stage, { event, properties = {} }: Entering): boolean {
  if (stage.event !== event) return false;
  return Object.entries(stage.where ?? {}).every(([name, wanted]) => {
    const value = Object.hasOwn(properties, name) ? plainText(properties[name]) : null;
    return value === String(wanted);
  });
}

/** The stages that an event enters: bit k is set for stage k. */
export function stagesEntered(journey: Pick<Journey, 'stages'>, event: Entering): number {
  let stages = 0;
  journey.stages.forEach((stage, index) => {
    if (enters(stage, event)) stages |= 1 << index;
  });
  return stages;
}

/**
 * The event as the journey sees it, or null where it means nothing to it: events that enter no
 * stage count only in strict journeys and where they carry a satisfaction score.
 */
export function pathEventOf(journey: Journey, event: JourneyEvent): PathEvent | null {
  const stages = stagesEntered(journey, event);
  const satisfaction = event.satisfaction ?? null;
  if (stages === 0 && satisfaction === null && journey.order !== 'strict') return null;
  return { at: event.occurredAt, stages, segment: event.segment ?? null, satisfaction };
}

/** Everything of an event that a journey sees, as text. */
function contentOf({ segment, satisfaction }: PathEvent): string {
  return `${segment ?? ''} ${satisfaction?.scale ?? ''} ${satisfaction?.score ?? ''}`;
}

/** Orders by time; at the same moment by content, so that the order of arrival leaves no trace. */
function compare(one: PathEvent, other: PathEvent): number {
  const difference = one.at - other.at || one.stages - other.stages;
  if (difference !== 0) return difference;
  const [content, otherContent] = [contentOf(one), contentOf(other)];
  return content === otherContent ? 0 : content < otherContent ? -1 : 1;
}

/** A path with further events in their places. Duplicates are the caller's to remove. */
export function insertIntoPath<E extends PathEvent>(path: readonly E[], events: readonly E[]): E[] {
  const added = events.toSorted(compare);
  const merged: E[] = [];
  let next = 0;
  for (const known of path) {
    for (let event = added[next]; event !== undefined && compare(event, known) < 0;) {
      merged.push(event);
      next += 1;
      event = added[next];
    }
    merged.push(known);
  }
  return merged.concat(added.slice(next));
}
