import { insertIntoPath, pathEventOf } from '../core/journeys/actor-path.js';
import type { PathEvent } from '../core/journeys/actor-path.js';
import type { Attempt } from '../core/journeys/attempt.js';
import { attemptsOf } from '../core/journeys/attempts.js';
import type { JourneyEvent } from '../core/journeys/journey-event.js';
import type { Span } from '../core/journeys/path-span.js';
import { NO_COUNTS, addCounts, stageDeltas } from '../core/journeys/stage-cell.js';
import type { Instant } from '../core/telemetry/time.js';
import { MINUTE } from '../core/telemetry/time.js';
import type { StoredJourney } from '../storage/journey.store.js';
import type { MetricChange } from '../storage/stage-metric.store.js';

/** An event of a path, and the minute from which it was known. */
export interface KnownPathEvent extends PathEvent {
  readonly knownAt: Instant;
}

/** A journey version and the time in which attempts that begin belong to it. */
export interface Reign {
  readonly stored: StoredJourney;
  readonly from: Instant;
  /** The next version holds from here on. */
  readonly until: Instant;
  /** The stretch whose events may bear on its attempts. */
  readonly span: Span;
}

/** Each version holds from its start until the next one's. */
export function reignsOf(versions: readonly StoredJourney[]): Reign[] {
  return versions.map((stored) => {
    const next = versions.find(
      (other) => other.journey.key === stored.journey.key && other.version === stored.version + 1,
    );
    const from = stored.effectiveFrom ?? Number.NEGATIVE_INFINITY;
    const until = next?.effectiveFrom ?? Number.POSITIVE_INFINITY;
    return { stored, from, until, span: { from, to: until + stored.journey.window } };
  });
}

/** What is known is kept by the minute, always rounded up: a reader never sees it too early. */
function knownMinute(at: Instant): Instant {
  return Math.ceil(at / MINUTE) * MINUTE;
}

/** What each actor's events mean to one journey version; in no order. */
export function pathEventsByActor(
  { stored, span }: Reign,
  events: readonly JourneyEvent[],
): Map<string, KnownPathEvent[]> {
  const byActor = new Map<string, KnownPathEvent[]>();
  for (const event of events) {
    if (event.occurredAt < span.from || event.occurredAt > span.to) continue;
    const pathEvent = pathEventOf(stored.journey, event);
    if (pathEvent === null) continue;
    const known = { ...pathEvent, knownAt: knownMinute(event.receivedAt) };
    const others = byActor.get(event.actor);
    if (others === undefined) byActor.set(event.actor, [known]);
    else others.push(known);
  }
  return byActor;
}

/** Extends one actor's path step by step of knowledge, and tells what each step changed. */
function tell(
  reign: Reign,
  path: readonly KnownPathEvent[],
  events: readonly KnownPathEvent[],
): MetricChange[] {
  const { journey, version } = reign.stored;
  const own = (attempts: readonly Attempt[]): Attempt[] =>
    attempts.filter(({ startedAt }) => startedAt >= reign.from && startedAt < reign.until);
  const changes: MetricChange[] = [];
  let extended = path;
  let before = own(attemptsOf(journey, path));
  const moments = [...new Set(events.map(({ knownAt }) => knownAt))].sort((a, b) => a - b);
  for (const knownAt of moments) {
    const step = events.filter((event) => event.knownAt === knownAt);
    extended = insertIntoPath(extended, step);
    const after = own(attemptsOf(journey, extended));
    for (const { stageIndex, ...delta } of stageDeltas(journey, before, after)) {
      const stage = journey.stages[stageIndex]?.key ?? '';
      changes.push({ ...delta, journey: journey.key, version, stage, knownAt });
    }
    before = after;
  }
  return changes;
}

/**
 * What arrivals change in the stage metrics, given the actor's path before them. Where something
 * that was known later has come before, what was known when is told anew from there on, and what
 * had been told is taken back.
 */
export function changesBy(
  reign: Reign,
  path: readonly KnownPathEvent[],
  arrivals: readonly KnownPathEvent[],
): MetricChange[] {
  const since = arrivals.reduce((min, { knownAt }) => Math.min(min, knownAt), Infinity);
  const later = path.filter(({ knownAt }) => knownAt > since);
  if (later.length === 0) return tell(reign, path, arrivals);
  const known = path.filter(({ knownAt }) => knownAt <= since);
  const takenBack = tell(reign, known, later).map((change) => ({
    ...change,
    ...addCounts(NO_COUNTS, change, -1),
  }));
  return [...tell(reign, known, [...later, ...arrivals]), ...takenBack];
}
