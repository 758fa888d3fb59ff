import { insertIntoPath, pathEventOf } from '../core/journeys/actor-path.js';
import type { PathEvent } from '../core/journeys/actor-path.js';
import type { Attempt } from '../core/journeys/attempt.js';
import { attemptsOf } from '../core/journeys/attempts.js';
import type { JourneyEvent } from '../core/journeys/journey-event.js';
import type { Span } from '../core/journeys/path-span.js';
import { addDeltas } from '../core/journeys/stage-deltas.js';
import { StageSums } from '../core/journeys/stage-sums.js';
import type { Instant } from '../core/telemetry/time.js';
import { MINUTE } from '../core/telemetry/time.js';
import type { StoredJourney } from '../storage/journey.store.js';

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

/** What changed in the stage metrics, by the minute at which it became known. */
export type KnownSums = Map<Instant, StageSums>;

/** Where changes are added up, and whether they are taken back. */
interface Told {
  readonly sums: KnownSums;
  readonly sign: 1 | -1;
}

/** Extends one actor's path step by step of knowledge, and adds up what each step changed. */
function tell(
  reign: Reign,
  path: readonly KnownPathEvent[],
  events: readonly KnownPathEvent[],
  { sums, sign }: Told,
): void {
  const { journey } = reign.stored;
  const own = (attempts: readonly Attempt[]): Attempt[] =>
    attempts.filter(({ startedAt }) => startedAt >= reign.from && startedAt < reign.until);
  let extended = path;
  let before = path.length === 0 ? [] : own(attemptsOf(journey, path));
  const inTurn = events.length === 1 ? events : events.toSorted((a, b) => a.knownAt - b.knownAt);
  for (let first = 0; first < inTurn.length;) {
    const knownAt = inTurn[first]?.knownAt ?? 0;
    let end = first + 1;
    while (inTurn[end]?.knownAt === knownAt) end += 1;
    extended = insertIntoPath(extended, inTurn.slice(first, end));
    const after = own(attemptsOf(journey, extended));
    let known = sums.get(knownAt);
    if (known === undefined) sums.set(knownAt, (known = new StageSums()));
    addDeltas(known, journey, { before, after }, sign);
    before = after;
    first = end;
  }
}

/**
 * Adds up what arrivals change in the stage metrics, given the actor's path before them. Where
 * something that was known later has come before, what was known when is told anew from there on,
 * and what had been told is taken back.
 */
export function tellChanges(
  reign: Reign,
  path: readonly KnownPathEvent[],
  arrivals: readonly KnownPathEvent[],
  sums: KnownSums,
): void {
  const since = arrivals.reduce((min, { knownAt }) => Math.min(min, knownAt), Infinity);
  const later = path.filter(({ knownAt }) => knownAt > since);
  if (later.length === 0) {
    tell(reign, path, arrivals, { sums, sign: 1 });
    return;
  }
  const known = path.filter(({ knownAt }) => knownAt <= since);
  tell(reign, known, later, { sums, sign: -1 });
  tell(reign, known, [...later, ...arrivals], { sums, sign: 1 });
}
