import { insertIntoPath, pathEventOf } from '../core/journeys/actor-path.js';
import type { PathEvent } from '../core/journeys/actor-path.js';
import type { Attempt } from '../core/journeys/attempt.js';
import { attemptsOf } from '../core/journeys/attempts.js';
import type { JourneyEvent } from '../core/journeys/journey-event.js';
import type { Span } from '../core/journeys/path-span.js';
import type { ActorMerge } from '../core/journeys/persons.js';
import { Persons } from '../core/journeys/persons.js';
import { addDeltas } from '../core/journeys/stage-deltas.js';
import { StageSums } from '../core/journeys/stage-sums.js';
import type { Instant } from '../core/telemetry/time.js';
import { MINUTE } from '../core/telemetry/time.js';
import type { StoredJourney } from '../storage/journey.store.js';

/** An event of a path, who did it, and the minute from which it was known. */
export interface KnownPathEvent extends PathEvent {
  readonly actor: string;
  readonly knownAt: Instant;
}

/** What is known of a person: what its actors did, and since when they are one. */
export interface KnownPath {
  readonly events: readonly KnownPathEvent[];
  readonly merges: readonly ActorMerge[];
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

/** What each person's events mean to one journey version; in no order. */
export function pathEventsByPerson(
  { stored, span }: Reign,
  events: readonly JourneyEvent[],
  persons: Persons,
): Map<string, KnownPathEvent[]> {
  const byPerson = new Map<string, KnownPathEvent[]>();
  for (const event of events) {
    if (event.occurredAt < span.from || event.occurredAt > span.to) continue;
    const pathEvent = pathEventOf(stored.journey, event);
    if (pathEvent === null) continue;
    const { actor, receivedAt } = event;
    const known = { ...pathEvent, actor, knownAt: knownMinute(receivedAt) };
    const person = persons.personOf(actor);
    const others = byPerson.get(person);
    if (others === undefined) byPerson.set(person, [known]);
    else others.push(known);
  }
  return byPerson;
}

/** What changed in the stage metrics, by the minute at which it became known. */
export type KnownSums = Map<Instant, StageSums>;

/** Where changes are added up, and whether they are taken back. */
interface Told {
  readonly sums: KnownSums;
  readonly sign: 1 | -1;
}

/** Paths of actors who are not known to be one, each in the order of the events. */
function pathsApart({ events, merges }: KnownPath): (readonly KnownPathEvent[])[] {
  const [first] = events;
  if (events.every(({ actor }) => actor === first?.actor)) return [events];
  const persons = new Persons(merges);
  const paths = new Map<string, KnownPathEvent[]>();
  for (const event of events) {
    const person = persons.personOf(event.actor);
    const path = paths.get(person);
    if (path === undefined) paths.set(person, [event]);
    else path.push(event);
  }
  return [...paths.values()];
}

function attemptsKnown({ stored, from, until }: Reign, known: KnownPath): Attempt[] {
  if (known.events.length === 0) return [];
  return pathsApart(known).flatMap((path) =>
    attemptsOf(stored.journey, path).filter(
      ({ startedAt }) => startedAt >= from && startedAt < until,
    ),
  );
}

interface Step {
  readonly events: KnownPathEvent[];
  readonly merges: ActorMerge[];
}

/** What became known at once, in the order of knowledge. */
function stepsOf({ events, merges }: KnownPath): [Instant, Step][] {
  const steps = new Map<Instant, Step>();
  const at = (moment: Instant): Step => {
    const step = steps.get(moment) ?? { events: [], merges: [] };
    steps.set(moment, step);
    return step;
  };
  for (const event of events) at(event.knownAt).events.push(event);
  for (const merge of merges) at(knownMinute(merge.knownAt)).merges.push(merge);
  return [...steps].sort(([one], [other]) => one - other);
}

/** Extends what is known of a person step by step, and adds up what each step changed. */
function tell(reign: Reign, known: KnownPath, news: KnownPath, { sums, sign }: Told): void {
  let { events, merges } = known;
  let before = attemptsKnown(reign, known);
  for (const [knownAt, step] of stepsOf(news)) {
    events = insertIntoPath(events, step.events);
    merges = merges.concat(step.merges);
    const after = attemptsKnown(reign, { events, merges });
    let changed = sums.get(knownAt);
    if (changed === undefined) sums.set(knownAt, (changed = new StageSums()));
    addDeltas(changed, reign.stored.journey, { before, after }, sign);
    before = after;
  }
}

/** The part of what is known that was known by a minute, or after it. */
function knownPart({ events, merges }: KnownPath, isWanted: (at: Instant) => boolean): KnownPath {
  return {
    events: events.filter(({ knownAt }) => isWanted(knownAt)),
    merges: merges.filter(({ knownAt }) => isWanted(knownMinute(knownAt))),
  };
}

/**
 * Adds up what arrivals change in the stage metrics, given what was known of their person before.
 * Where something that was known later has come before, what was known when is told anew from there
 * on, and what had been told is taken back.
 */
export function tellChanges(
  reign: Reign,
  before: KnownPath,
  arrivals: KnownPath,
  sums: KnownSums,
): void {
  const times = [
    ...arrivals.events.map(({ knownAt }) => knownAt),
    ...arrivals.merges.map(({ knownAt }) => knownMinute(knownAt)),
  ];
  const since = times.reduce((min, at) => Math.min(min, at), Infinity);
  const later = knownPart(before, (at) => at > since);
  if (later.events.length === 0 && later.merges.length === 0) {
    tell(reign, before, arrivals, { sums, sign: 1 });
    return;
  }
  const known = knownPart(before, (at) => at <= since);
  const anew = {
    events: [...later.events, ...arrivals.events],
    merges: [...later.merges, ...arrivals.merges],
  };
  tell(reign, known, later, { sums, sign: -1 });
  tell(reign, known, anew, { sums, sign: 1 });
}
