import type { EntityManager } from 'typeorm';

import type { Instant } from '../core/telemetry/time.js';
import { storedEvents } from '../storage/event.store.js';
import { journeyVersions } from '../storage/journey.store.js';
import { forgetVersion } from '../storage/path.store.js';
import { lockPaths, projectEvents } from './project-events.js';

const PAGE = 10_000;

/**
 * Builds a journey's paths and stage metrics from the events that are stored already,
 * inside the caller's transaction. Each event keeps the time at which it became known.
 */
export async function rebuildJourney(sql: EntityManager, key: string, now: Instant): Promise<void> {
  // Before anything is dropped: a batch that holds the lock would wait for what we dropped.
  await lockPaths(sql);
  const versions = await journeyVersions(sql);
  const own = versions.filter((version) => version.journey.key === key);
  for (const version of own) await forgetVersion(sql, version.journey.key, version.version);
  const names = [
    ...new Set(own.flatMap(({ journey }) => journey.stages.map(({ event }) => event))),
  ];
  const all = own.some(({ journey }) => journey.order === 'strict');
  for await (const events of storedEvents(sql, all ? null : names, PAGE)) {
    await projectEvents(sql, events, own, now);
  }
}
