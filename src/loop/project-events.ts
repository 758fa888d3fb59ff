import type { EntityManager } from 'typeorm';

import { insertIntoPath, pathEventOf } from '../core/journeys/actor-path.js';
import type { Attempt } from '../core/journeys/attempt.js';
import { attemptsOf } from '../core/journeys/attempts.js';
import type { JourneyEvent } from '../core/journeys/journey-event.js';
import { NO_COUNTS, addCounts, stageDeltas } from '../core/journeys/stage-cell.js';
import type { Instant } from '../core/telemetry/time.js';
import type { StoredJourney } from '../storage/journey.store.js';
import type { KnownPathEvent } from '../storage/path.store.js';
import { knownMinute, pathsOf, savePaths } from '../storage/path.store.js';
import type { MetricChange } from '../storage/stage-metric.store.js';
import { restateCells } from '../storage/stage-metric.store.js';

const LOCK = 7_405_003;

/** The time in which attempts that begin belong to a version. */
interface Reign {
  readonly from: Instant;
  readonly to: Instant;
}

/** A version holds from its start until the next version's. */
function reignOf(stored: StoredJourney, versions: readonly StoredJourney[]): Reign {
  const next = versions.find(
    (other) => other.journey.key === stored.journey.key && other.version === stored.version + 1,
  );
  return {
    from: stored.effectiveFrom ?? Number.NEGATIVE_INFINITY,
    to: next?.effectiveFrom ?? Number.POSITIVE_INFINITY,
  };
}

/** What each actor's new events mean to one journey version. */
function arrivalsByActor(
  stored: StoredJourney,
  reign: Reign,
  events: readonly JourneyEvent[],
): Map<string, KnownPathEvent[]> {
  const byActor = new Map<string, KnownPathEvent[]>();
  const last = reign.to + stored.journey.window;
  for (const event of events) {
    if (event.occurredAt < reign.from || event.occurredAt > last) continue;
    const pathEvent = pathEventOf(stored.journey, event);
    if (pathEvent === null) continue;
    const arrival = { ...pathEvent, knownAt: knownMinute(event.receivedAt) };
    const arrivals = byActor.get(event.actor);
    if (arrivals === undefined) byActor.set(event.actor, [arrival]);
    else arrivals.push(arrival);
  }
  return byActor;
}

interface Extended {
  readonly path: readonly KnownPathEvent[];
  readonly changes: readonly MetricChange[];
}

/** Extends one actor's path step by step of knowledge, and tells what each step changed. */
function tell(
  stored: StoredJourney,
  reign: Reign,
  path: readonly KnownPathEvent[],
  events: readonly KnownPathEvent[],
): Extended {
  const { journey, version } = stored;
  const own = (attempts: readonly Attempt[]): Attempt[] =>
    attempts.filter(({ startedAt }) => startedAt >= reign.from && startedAt < reign.to);
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
  return { path: extended, changes };
}

/**
 * Extends one actor's path. Where something that was known later has come before, what was known
 * when is told anew from there on, and what had been told is taken back.
 */
function extendPath(
  stored: StoredJourney,
  reign: Reign,
  path: readonly KnownPathEvent[],
  arrivals: readonly KnownPathEvent[],
): Extended {
  const since = arrivals.reduce((min, { knownAt }) => Math.min(min, knownAt), Infinity);
  const later = path.filter(({ knownAt }) => knownAt > since);
  if (later.length === 0) return tell(stored, reign, path, arrivals);
  const known = path.filter(({ knownAt }) => knownAt <= since);
  const told = tell(stored, reign, known, later).changes;
  const anew = tell(stored, reign, known, [...later, ...arrivals]);
  const takenBack = told.map((change) => ({ ...change, ...addCounts(NO_COUNTS, change, -1) }));
  return { path: anew.path, changes: [...anew.changes, ...takenBack] };
}

/** Whoever restates paths and stage metrics does so alone, until the transaction ends. */
export async function lockPaths(sql: EntityManager): Promise<void> {
  await sql.query('SELECT pg_advisory_xact_lock($1)', [LOCK]);
}

/**
 * Brings paths and stage metrics up to date with new events, inside the caller's transaction.
 * The cost depends on the batch and on the paths of its actors, not on history.
 */
export async function projectEvents(
  sql: EntityManager,
  events: readonly JourneyEvent[],
  versions: readonly StoredJourney[],
  computedAt: Instant,
): Promise<void> {
  if (events.length === 0 || versions.length === 0) return;
  await lockPaths(sql);
  const changes: MetricChange[] = [];
  for (const stored of versions) {
    const reign = reignOf(stored, versions);
    const byActor = arrivalsByActor(stored, reign, events);
    if (byActor.size === 0) continue;
    const id = { key: stored.journey.key, version: stored.version };
    const known = await pathsOf(sql, id, [...byActor.keys()]);
    const extended = [...byActor].map(([actor, arrivals]) => {
      const result = extendPath(stored, reign, known.get(actor) ?? [], arrivals);
      changes.push(...result.changes);
      return { actor, path: result.path };
    });
    await savePaths(sql, id, extended);
  }
  await restateCells(sql, changes, computedAt);
}
