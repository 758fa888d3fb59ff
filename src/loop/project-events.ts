import type { DataSource, EntityManager } from 'typeorm';

import type { JourneyEvent } from '../core/journeys/journey-event.js';
import type { Instant } from '../core/telemetry/time.js';
import { HOUR } from '../core/telemetry/time.js';
import { personsAmong } from '../storage/actor-merge.store.js';
import { closeBatches, newestWaiting, waitingBatches } from '../storage/event-batch.store.js';
import type { StoredJourney } from '../storage/journey.store.js';
import { journeyVersions } from '../storage/journey.store.js';
import type { WantedEvents } from '../storage/path.store.js';
import { eventsOfBatches } from '../storage/path.store.js';
import { restateHours } from '../storage/stage-hour.store.js';
import { pathsAround } from './actor-paths.js';
import type { KnownSums } from './path-changes.js';
import { pathEventsByPerson, reignsOf, tellChanges } from './path-changes.js';

const LOCK = 7_405_003;

/** Events that are counted in one transaction, at most; a batch is never split. */
const MOST_EVENTS = 20_000;

/** Whoever restates stage metrics does so alone, until the transaction ends. */
export async function lockPaths(sql: EntityManager): Promise<void> {
  await sql.query('SELECT pg_advisory_xact_lock($1)', [LOCK]);
}

/** The events that mean something to any of the versions. */
export function wantedBy(versions: readonly StoredJourney[]): WantedEvents {
  const stages = versions.flatMap(({ journey }) => journey.stages);
  const strict = versions.some(({ journey }) => journey.order === 'strict');
  return {
    names: strict ? null : [...new Set(stages.map(({ event }) => event))],
    properties: stages.some(({ where }) => where !== undefined),
  };
}

/** Who did something in the events. */
export function actorsIn(events: readonly JourneyEvent[]): string[] {
  return [...new Set(events.map(({ actor }) => actor))];
}

/** Counts the oldest batches that wait, up to one of them; false where there is none. */
async function projectSome(
  sql: EntityManager,
  upTo: string,
  computedAt: Instant,
): Promise<boolean> {
  await lockPaths(sql);
  const batches = await waitingBatches(sql, upTo, MOST_EVENTS);
  if (batches.length === 0) return false;
  const versions = await journeyVersions(sql);
  if (versions.length > 0) {
    const events = await eventsOfBatches(sql, batches, wantedBy(versions));
    await restate(sql, versions, { events, computedAt });
  }
  await closeBatches(sql, batches);
  return true;
}

async function restate(
  sql: EntityManager,
  versions: readonly StoredJourney[],
  { events, computedAt }: { events: readonly JourneyEvent[]; computedAt: Instant },
): Promise<void> {
  const persons = await personsAmong(sql, actorsIn(events));
  for (const reign of reignsOf(versions)) {
    const arrivals = pathEventsByPerson(reign, events, persons);
    if (arrivals.size === 0) continue;
    const request = { wanted: wantedBy([reign.stored]), persons };
    const paths = await pathsAround(sql, reign, arrivals, request);
    const sums: KnownSums = new Map();
    for (const [person, arrived] of arrivals) {
      const known = { events: paths.get(person) ?? [], merges: persons.mergesOf(person) };
      tellChanges(reign, known, { events: arrived, merges: [] }, sums);
    }
    await restateHours(sql, reign.stored, sums, computedAt);
  }
}

/**
 * Brings the stage metrics up to date with every event that was committed before and known by a
 * time, by default all of them. The cost depends on what waits and on its actors' paths around it, not on
 * history. Whoever reads metrics calls it first; whoever stores events need not wait for it.
 */
export async function projectEvents(
  source: DataSource,
  now: Instant,
  // Another process' clock may run ahead of ours a little.
  knownBy: Instant = now + HOUR,
): Promise<void> {
  const upTo = await newestWaiting(source.manager, knownBy);
  if (upTo === null) return;
  let more = true;
  while (more) more = await source.transaction((sql) => projectSome(sql, upTo, now));
}
