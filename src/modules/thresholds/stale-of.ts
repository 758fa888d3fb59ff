import { staleReasons } from '../../core/thresholds/staleness.js';
import { currentJourneys } from '../../storage/journey.store.js';
import type { Sql } from '../../storage/sql.js';
import { changesSince } from '../../storage/threshold-ground.store.js';
import type { Suggestion } from './stored-suggestion.js';

/** Why a suggestion may no longer hold: what has changed on its stage since it was made. */
export async function staleOf(sql: Sql, row: Suggestion, now: number): Promise<string[]> {
  const journeys = await currentJourneys(sql);
  const current = journeys.find(({ journey }) => journey.key === row.journey);
  const stage = current?.journey.stages.find(({ key }) => key === row.stage);
  if (current === undefined || stage === undefined) return ['the stage is no longer defined'];
  return staleReasons(stage, {
    changes: await changesSince(sql, row.knownBy.getTime(), now),
    newVersion: current.version > row.journeyVersion ? current.version : null,
  });
}
