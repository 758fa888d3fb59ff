import type { EntityManager } from 'typeorm';

import type { JourneyEvent } from '../core/journeys/journey-event.js';
import type { Instant } from '../core/telemetry/time.js';
import { journeyVersions } from '../storage/journey.store.js';
import { eventsByActor, forgetVersion } from '../storage/path.store.js';
import { restateHours } from '../storage/stage-hour.store.js';
import type { KnownSums, Reign } from './path-changes.js';
import { pathEventsByActor, reignsOf, tellChanges } from './path-changes.js';
import { lockPaths, wantedBy } from './project-events.js';

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
    for await (const events of wholeActors(
      eventsByActor(sql, reign.span, wantedBy([reign.stored])),
    )) {
      await restateHours(sql, reign.stored, changesOf(reign, events), now);
    }
  }
}

function changesOf(reign: Reign, events: readonly JourneyEvent[]): KnownSums {
  const sums: KnownSums = new Map();
  for (const arrivals of pathEventsByActor(reign, events).values()) {
    tellChanges(reign, [], arrivals, sums);
  }
  return sums;
}

/** Pages of events by actor, cut so that no actor's events lie on two pages. */
async function* wholeActors(
  pages: AsyncGenerator<JourneyEvent[]>,
): AsyncGenerator<readonly JourneyEvent[]> {
  let rest: JourneyEvent[] = [];
  for await (const page of pages) {
    const events = rest.concat(page);
    const last = events.at(-1)?.actor;
    const cut = events.findIndex(({ actor }) => actor === last);
    if (cut > 0) yield events.slice(0, cut);
    rest = events.slice(cut);
  }
  if (rest.length > 0) yield rest;
}
