import type { EntityManager } from 'typeorm';

import type { Outcome } from '../core/outcomes/outcome.js';
import { journeyVersions } from '../storage/journey.store.js';

/** Why a record is not taken. */
export interface Refusal {
  readonly pointer: string;
  readonly code: string;
  readonly detail: string;
}

/** Whose word an outcome is. */
export interface Teller {
  /** Whether it may bring what was measured. */
  readonly mayMeasure: boolean;
}

async function placeRefusal(sql: EntityManager, outcome: Outcome): Promise<Refusal | null> {
  const versions = (await journeyVersions(sql)).filter(
    ({ journey }) => journey.key === outcome.journey,
  );
  if (versions.length === 0) {
    const detail = `there is no journey ${outcome.journey}`;
    return { pointer: '/journey', code: 'unknown-journey', detail };
  }
  // An outcome of the past may be of a stage that the journey no longer has.
  if (!versions.some(({ journey }) => journey.stages.some(({ key }) => key === outcome.stage))) {
    const detail = `${outcome.journey} has no stage ${outcome.stage}`;
    return { pointer: '/stage', code: 'unknown-stage', detail };
  }
  return null;
}

/** Whether there was a drop is measured, and stands before what people say: not everyone may say so. */
function sourceRefusal({ source }: Outcome, { mayMeasure }: Teller): Refusal | null {
  if (source !== 'measured' || mayMeasure) return null;
  const detail = 'measured needs a key with scope backfill';
  return { pointer: '/source', code: 'backfill-scope-required', detail };
}

/** Why an outcome is not taken, whatever was recorded before; null where it is. */
export async function refusalOf(
  sql: EntityManager,
  outcome: Outcome,
  teller: Teller,
): Promise<Refusal | null> {
  return sourceRefusal(outcome, teller) ?? (await placeRefusal(sql, outcome));
}
