import type { EntityManager } from 'typeorm';

import type { PathEvent } from '../core/journeys/actor-path.js';
import { insertIntoPath, pathEventOf } from '../core/journeys/actor-path.js';
import type { Attempt } from '../core/journeys/attempt.js';
import { attemptsOf } from '../core/journeys/attempts.js';
import type { JourneyEvent } from '../core/journeys/journey-event.js';
import { stageDeltas } from '../core/journeys/stage-cell.js';
import type { Duration, Instant } from '../core/telemetry/time.js';
import { MINUTE } from '../core/telemetry/time.js';
import type { StoredJourney } from '../storage/journey.store.js';
import { pathsOf, savePaths } from '../storage/path.store.js';
import type { MetricChange } from '../storage/stage-metric.store.js';
import { restateCells } from '../storage/stage-metric.store.js';

/** What is known is kept by the minute, always rounded up: a reader never sees it too early. */
const KNOWLEDGE_GRAIN: Duration = MINUTE;

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

interface Arrival {
  readonly event: PathEvent;
  readonly knownAt: Instant;
}

/** What each actor's new events mean to one journey version, in the order in which they became known. */
function arrivalsByActor(
  stored: StoredJourney,
  reign: Reign,
  events: readonly JourneyEvent[],
): Map<string, Arrival[]> {
  const byActor = new Map<string, Arrival[]>();
  const last = reign.to + stored.journey.window;
  for (const event of events) {
    if (event.occurredAt < reign.from || event.occurredAt > last) continue;
    const pathEvent = pathEventOf(stored.journey, event);
    if (pathEvent === null) continue;
    const knownAt = Math.ceil(event.receivedAt / KNOWLEDGE_GRAIN) * KNOWLEDGE_GRAIN;
    const arrivals = byActor.get(event.actor);
    if (arrivals === undefined) byActor.set(event.actor, [{ event: pathEvent, knownAt }]);
    else arrivals.push({ event: pathEvent, knownAt });
  }
  for (const arrivals of byActor.values()) arrivals.sort((a, b) => a.knownAt - b.knownAt);
  return byActor;
}

/** Extends one actor's path step by step of knowledge, and tells what each step changed. */
function extendPath(
  stored: StoredJourney,
  reign: Reign,
  path: readonly PathEvent[],
  arrivals: readonly Arrival[],
): { path: readonly PathEvent[]; changes: MetricChange[] } {
  const { journey, version } = stored;
  const own = (attempts: readonly Attempt[]): Attempt[] =>
    attempts.filter(({ startedAt }) => startedAt >= reign.from && startedAt < reign.to);
  const changes: MetricChange[] = [];
  let extended = path;
  let before = own(attemptsOf(journey, path));
  for (let i = 0; i < arrivals.length;) {
    const knownAt = arrivals[i]?.knownAt ?? 0;
    const step: PathEvent[] = [];
    for (; arrivals[i]?.knownAt === knownAt; i += 1) {
      const arrival = arrivals[i];
      if (arrival !== undefined) step.push(arrival.event);
    }
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
