import type { EntityManager } from 'typeorm';

import type { JourneyEvent } from '../core/journeys/journey-event.js';
import type { Persons } from '../core/journeys/persons.js';
import type { Instant } from '../core/telemetry/time.js';
import { personsAmong } from '../storage/actor-merge.store.js';
import { journeyVersions } from '../storage/journey.store.js';
import type { PersonEvent } from '../storage/path.store.js';
import { eventsByPerson, forgetVersion } from '../storage/path.store.js';
import { restateHours } from '../storage/stage-hour.store.js';
import type { KnownSums, Reign } from './path-changes.js';
import { pathEventsByPerson, reignsOf, tellChanges } from './path-changes.js';
import { actorsIn, lockPaths, wantedBy } from './project-events.js';

/**
 * Builds a journey's stage metrics from the events that are counted already, inside the caller's
 * transaction. Each event keeps the time at which it became known; what waits is counted later.
 */
export async function rebuildJourney(sql: EntityManager, key: string, now: Instant): Promise<void> {
  // Before anything is dropped: a batch that holds the lock would wait for what we dropped.
  await lockPaths(sql);
  const versions = await journeyVersions(sql);
  const own = versions.filter((version) => version.journey.key === key);
  for (const reign of reignsOf(own)) {
    const { journey, version } = reign.stored;
    await forgetVersion(sql, journey.key, version);
    const pages = eventsByPerson(sql, reign.span, wantedBy([reign.stored]));
    for await (const events of wholePersons(pages)) {
      const persons = await personsAmong(sql, actorsIn(events));
      await restateHours(sql, reign.stored, changesOf(reign, events, persons), now);
    }
  }
}

function changesOf(reign: Reign, events: readonly JourneyEvent[], persons: Persons): KnownSums {
  const sums: KnownSums = new Map();
  for (const [person, arrivals] of pathEventsByPerson(reign, events, persons)) {
    const known = { events: [], merges: persons.mergesOf(person) };
    tellChanges(reign, known, { events: arrivals, merges: [] }, sums);
  }
  return sums;
}

/** Pages of events by person, cut so that nobody's events lie on two pages. */
async function* wholePersons(
  pages: AsyncGenerator<PersonEvent[]>,
): AsyncGenerator<readonly PersonEvent[]> {
  let rest: PersonEvent[] = [];
  for await (const page of pages) {
    const events = rest.concat(page);
    const last = events.at(-1)?.person;
    const cut = events.findIndex(({ person }) => person === last);
    if (cut > 0) yield events.slice(0, cut);
    rest = events.slice(cut);
  }
  if (rest.length > 0) yield rest;
}
