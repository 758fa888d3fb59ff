import type { JourneyEvent } from '../core/journeys/journey-event.js';
import { DAY, bucketStart } from '../core/telemetry/time.js';

/** Days of events that are written in one transaction: it locks the table of each and its indexes. */
export const MOST_DAYS = 400;

/** The days on which events happened, oldest first. */
export function daysOf(events: readonly JourneyEvent[]): number[] {
  const days = new Set<number>();
  for (const { occurredAt } of events) days.add(bucketStart(occurredAt, DAY));
  return [...days].sort((a, b) => a - b);
}

/** The places of events in groups of so few days that each can be written in one transaction. */
export function dayGroups(events: readonly JourneyEvent[]): number[][] {
  const days = daysOf(events);
  if (days.length <= MOST_DAYS) return [events.map((_, i) => i)];
  const groups: number[][] = [];
  const groupOf = new Map(days.map((day, i) => [day, Math.floor(i / MOST_DAYS)]));
  events.forEach(({ occurredAt }, i) => {
    (groups[groupOf.get(bucketStart(occurredAt, DAY)) ?? 0] ??= []).push(i);
  });
  return groups;
}
