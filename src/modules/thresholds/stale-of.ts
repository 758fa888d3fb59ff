import { staleReasons } from '../../core/thresholds/staleness.js';
import { currentJourneys } from '../../storage/journey.store.js';
import type { Sql } from '../../storage/sql.js';
import { changesSince } from '../../storage/threshold-ground.store.js';
import type { Suggestion } from './stored-suggestion.js';

/**
 * Reads what has changed since the oldest of some suggestions was made. The function that comes back
 * says of each why it may no longer hold.
 */
export async function staleness(
  sql: Sql,
  rows: readonly Suggestion[],
  now: number,
): Promise<(row: Suggestion) => string[]> {
  const journeys = await currentJourneys(sql);
  const oldest = Math.min(now, ...rows.map(({ knownBy }) => knownBy.getTime()));
  const changes = await changesSince(sql, oldest, now);
  return (row) => {
    const current = journeys.find(({ journey }) => journey.key === row.journey);
    const stage = current?.journey.stages.find(({ key }) => key === row.stage);
    if (current === undefined || stage === undefined) return ['the stage is no longer defined'];
    const made = row.knownBy.getTime();
    const since = changes.filter(
      ({ change, knownAt }) => change.occurredAt > made && knownAt > made,
    );
    return staleReasons(stage, {
      changes: since.map(({ change }) => change),
      newVersion: current.version > row.journeyVersion ? current.version : null,
    });
  };
}

/** Why one suggestion may no longer hold: what has changed on its stage since it was made. */
export async function staleOf(sql: Sql, row: Suggestion, now: number): Promise<string[]> {
  return (await staleness(sql, [row], now))(row);
}
