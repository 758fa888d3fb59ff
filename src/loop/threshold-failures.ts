import { DomainError } from '../core/errors/domain-error.js';
import type { Journey, Stage } from '../core/journeys/journey.js';
import type { PricedFailure } from '../core/thresholds/failure-loss.js';
import { failuresOfOutcomes } from '../core/thresholds/stage-failures.js';
import { unmitigatedFailures } from '../core/thresholds/unmitigated-failures.js';
import { currentJourneys } from '../storage/journey.store.js';
import type { Sql } from '../storage/sql.js';
import type { KnownRange, StagePlace } from '../storage/threshold-ground.store.js';
import { toldOutcomes } from '../storage/threshold-ground.store.js';

/** A stage with the journey that it is of. */
export interface KnownStage {
  readonly journey: Journey;
  readonly version: number;
  readonly stage: Stage;
}

/**
 * The stage of this name in the journey's newest version.
 *
 * @throws DomainError `unknown-stage`
 */
export async function knownStage(sql: Sql, place: StagePlace): Promise<KnownStage> {
  const journeys = await currentJourneys(sql);
  const found = journeys.find(({ journey }) => journey.key === place.journey);
  const stage = found?.journey.stages.find(({ key }) => key === place.stage);
  if (found !== undefined && stage !== undefined) {
    return { journey: found.journey, version: found.version, stage };
  }
  const detail = `there is no stage ${place.stage} of a journey ${place.journey}`;
  throw new DomainError('unknown-stage', detail);
}

/** The failures of a stage as they were known at a time, each with what it costs when nobody steps in. */
export async function failuresToCatch(
  sql: Sql,
  { journey, stage }: KnownStage,
  range: KnownRange,
): Promise<PricedFailure[]> {
  const outcomes = await toldOutcomes(sql, { journey: journey.key, stage: stage.key }, range);
  return unmitigatedFailures(failuresOfOutcomes(outcomes, journey.valuePerConversion ?? 1));
}
