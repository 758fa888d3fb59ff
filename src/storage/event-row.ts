import type { JourneyEvent } from '../core/journeys/journey-event.js';

/** The columns of an `EventRow`. */
export const EVENT_COLUMNS = `source, id, actor, event, occurred_at, received_at, segment, properties,
  satisfaction_scale, satisfaction_score`;

/** An event as it lies in the database. */
export interface EventRow {
  readonly source: string;
  readonly id: string;
  readonly actor: string;
  readonly event: string;
  readonly occurred_at: Date;
  readonly received_at: Date;
  readonly segment: string | null;
  readonly properties: Record<string, unknown> | null;
  readonly satisfaction_scale: 'csat' | 'nps' | null;
  readonly satisfaction_score: number | null;
}

/** The event as the core has it. */
export function eventOf(row: EventRow): JourneyEvent {
  const { satisfaction_scale: scale, satisfaction_score: score } = row;
  return {
    id: row.id,
    source: row.source,
    actor: row.actor,
    event: row.event,
    occurredAt: row.occurred_at.getTime(),
    receivedAt: row.received_at.getTime(),
    segment: row.segment ?? undefined,
    properties: row.properties ?? undefined,
    satisfaction: scale === null || score === null ? undefined : { scale, score },
  };
}
