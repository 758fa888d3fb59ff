import { DomainError } from '../core/errors/domain-error.js';
import type { DatedVersion } from '../core/journeys/conversion-worth.js';
import { conversionWorth } from '../core/journeys/conversion-worth.js';
import type { Journey, Stage } from '../core/journeys/journey.js';
import type { Instant } from '../core/telemetry/time.js';
import type { PricedFailure } from '../core/thresholds/failure-loss.js';
import { failuresOfOutcomes } from '../core/thresholds/stage-failures.js';
import { unmitigatedFailures } from '../core/thresholds/unmitigated-failures.js';
import { versionsOf } from '../storage/journey.store.js';
import type { Sql } from '../storage/sql.js';
import type { KnownRange, StagePlace } from '../storage/threshold-ground.store.js';
import { toldOutcomes } from '../storage/threshold-ground.store.js';

/** A stage with the journey that it is of. */
export interface KnownStage {
  /** The newest version's. */
  readonly journey: Journey;
  readonly version: number;
  /** All versions of the journey, oldest first. */
  readonly versions: readonly DatedVersion[];
  readonly stage: Stage;
}

/**
 * The stage of this name in the journey's newest version.
 *
 * @throws DomainError `unknown-stage`
 */
export async function knownStage(sql: Sql, place: StagePlace): Promise<KnownStage> {
  const versions = await versionsOf(sql, place.journey);
  const found = versions.at(-1);
  const stage = found?.journey.stages.find(({ key }) => key === place.stage);
  if (found !== undefined && stage !== undefined) {
    return { journey: found.journey, version: found.version, versions, stage };
  }
  const detail = `there is no stage ${place.stage} of a journey ${place.journey}`;
  throw new DomainError('unknown-stage', detail);
}

/**
 * The failures of a stage as they were known at a time, each with what it costs when nobody steps in,
 * by what a conversion was worth when it began.
 */
export async function failuresToCatch(
  sql: Sql,
  { journey, stage, versions }: KnownStage,
  range: KnownRange,
): Promise<PricedFailure[]> {
  const outcomes = await toldOutcomes(sql, { journey: journey.key, stage: stage.key }, range);
  const valueAt = (at: Instant): number => conversionWorth(versions, at)?.value ?? 1;
  return unmitigatedFailures(failuresOfOutcomes(outcomes, valueAt));
}
