import type { DataSource, EntityManager } from 'typeorm';

import { insertIntoPath } from '../core/journeys/actor-path.js';
import type { ActorMerge } from '../core/journeys/persons.js';
import { Persons } from '../core/journeys/persons.js';
import type { Instant } from '../core/telemetry/time.js';
import { personsAmong, saveMerge } from '../storage/actor-merge.store.js';
import { journeyVersions } from '../storage/journey.store.js';
import { eventsInSpans } from '../storage/path.store.js';
import { restateHours } from '../storage/stage-hour.store.js';
import type { KnownSums } from './path-changes.js';
import { pathEventsByPerson, reignsOf, tellChanges } from './path-changes.js';
import { lockPaths, wantedBy } from './project-events.js';

/** Whether the merge was told before, or follows from others that were known by then. */
function isKnown({ merges }: Persons, { from, into, knownAt }: ActorMerge): boolean {
  if (merges.some((known) => known.from === from && known.into === into)) return true;
  const then = new Persons(merges.filter((known) => known.knownAt <= knownAt));
  return then.personOf(from) === then.personOf(into);
}

/**
 * Takes two actors for one person from the time on at which that was known, and restates what both
 * have done. Events that come later, of either, find the person. False where nothing was new.
 */
export async function mergeActors(
  source: DataSource,
  merge: ActorMerge,
  now: Instant,
): Promise<boolean> {
  return await source.transaction(async (sql) => {
    // Before anything is read: whoever counts events meanwhile would count them for two.
    await lockPaths(sql);
    const before = await personsAmong(sql, [merge.from, merge.into]);
    if (isKnown(before, merge)) return false;
    const persons = new Persons([...before.merges, merge]);
    await saveMerge(sql, merge, { persons, mergedAt: now });
    await restateMerged(sql, merge, { before, persons }, now);
    return true;
  });
}

async function restateMerged(
  sql: EntityManager,
  merge: ActorMerge,
  { before, persons }: { readonly before: Persons; readonly persons: Persons },
  now: Instant,
): Promise<void> {
  const versions = await journeyVersions(sql);
  if (versions.length === 0) return;
  const person = persons.personOf(merge.into);
  const always = { from: Number.NEGATIVE_INFINITY, to: Number.POSITIVE_INFINITY };
  const spans = persons.actorsOf(person).map((actor) => ({ actor, ...always }));
  const events = await eventsInSpans(sql, spans, wantedBy(versions));
  for (const reign of reignsOf(versions)) {
    const path = pathEventsByPerson(reign, events, persons).get(person);
    if (path === undefined) continue;
    const sums: KnownSums = new Map();
    const known = { events: insertIntoPath([], path), merges: before.merges };
    tellChanges(reign, known, { events: [], merges: [merge] }, sums);
    await restateHours(sql, reign.stored, sums, now);
  }
}
