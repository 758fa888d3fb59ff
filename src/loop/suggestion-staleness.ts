import type { Staleness } from '../core/thresholds/staleness.js';
import { stalenessOf } from '../core/thresholds/staleness.js';
import type { Instant } from '../core/telemetry/time.js';
import { currentJourneys } from '../storage/journey.store.js';
import type { Sql } from '../storage/sql.js';
import { changesSince } from '../storage/threshold-ground.store.js';
import type { SuggestionRow } from '../storage/threshold-suggestion.store.js';

/** A suggestion's place and when it was made. */
export type MadeOn = Pick<SuggestionRow, 'journey' | 'stage' | 'journeyVersion' | 'knownBy'>;

/**
 * Reads what has changed since the oldest of some suggestions was made. The function that comes back
 * says of each why it may no longer hold.
 */
export async function staleness(
  sql: Sql,
  rows: readonly MadeOn[],
  now: Instant,
): Promise<(row: MadeOn) => Staleness> {
  const journeys = await currentJourneys(sql);
  const oldest = Math.min(now, ...rows.map(({ knownBy }) => knownBy.getTime()));
  const changes = await changesSince(sql, oldest, now);
  return (row) => {
    const current = journeys.find(({ journey }) => journey.key === row.journey);
    const stage = current?.journey.stages.find(({ key }) => key === row.stage);
    if (current === undefined || stage === undefined) {
      return { reasons: ['the stage is no longer defined'], since: null };
    }
    const made = row.knownBy.getTime();
    const later = changes.filter(
      ({ change, knownAt }) => change.occurredAt > made && knownAt > made,
    );
    return stalenessOf(stage, {
      changes: later.map(({ change }) => change),
      newVersion: current.version > row.journeyVersion ? current : null,
    });
  };
}

/** Why one suggestion may no longer hold: what has changed on its stage since it was made. */
export async function staleReasons(sql: Sql, row: MadeOn, now: Instant): Promise<string[]> {
  return [...(await staleness(sql, [row], now))(row).reasons];
}
