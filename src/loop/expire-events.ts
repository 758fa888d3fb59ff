import type { DataSource } from 'typeorm';

import type { Duration, Instant } from '../core/telemetry/time.js';
import { DAY } from '../core/telemetry/time.js';
import { eventDays } from '../storage/event-day.store.js';
import { detachDay } from '../storage/event-retention.store.js';
import { projectEvents } from './project-events.js';

/** How long events are kept, and what becomes of days that are older. */
export interface EventRetention {
  /** For ever where absent. */
  readonly eventRetention: Duration | undefined;
  readonly dropsEvents: boolean;
}

/** Detaches days that are past their retention once they are counted; answers how many. What was counted of them stays. */
export async function expireEvents(
  source: DataSource,
  { eventRetention, dropsEvents }: EventRetention,
  now: Instant,
): Promise<number> {
  if (eventRetention === undefined) return 0;
  await projectEvents(source, now);
  const days = await eventDays(source.manager);
  const past = days.filter(({ day }) => day + DAY + eventRetention <= now);
  for (const day of past) await detachDay(source, day, dropsEvents);
  return past.length;
}
