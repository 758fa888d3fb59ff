import type { EntityManager } from 'typeorm';

import type { Outcome } from '../core/outcomes/outcome.js';
import { journeyVersions } from '../storage/journey.store.js';
import type { OutcomePlace } from '../storage/outcome.store.js';
import { placesOfOutcomes } from '../storage/outcome.store.js';

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

/** What is known of an outcome besides what it says. */
interface Known extends Teller {
  /** Of its anomaly; null where it names none, or one that is not known. */
  readonly episodeId: string | null;
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
function sourceRefusal({ id, source }: Outcome, { mayMeasure }: Teller): Refusal | null {
  if (mayMeasure) return null;
  const code = 'backfill-scope-required';
  if (source === 'measured') {
    return { pointer: '/source', code, detail: 'measured needs a key with scope backfill' };
  }
  // One that is taken would keep out what will be measured under it.
  if (!OWN_ID.test(id)) return null;
  return { pointer: '/id', code, detail: 'such ids are of what is measured' };
}

const OWN_ID = /^(measured|missed)\//;

function anomalyRefusal({ anomalyId }: Outcome, { episodeId }: Known): Refusal | null {
  if (anomalyId === undefined || episodeId !== null) return null;
  const detail = `there is no anomaly ${anomalyId}`;
  return { pointer: '/anomalyId', code: 'unknown-anomaly', detail };
}

type Correction = Outcome & { readonly supersedes: string };

function correctionRefusal(
  { journey, stage, supersedes }: Correction,
  { episodeId }: Known,
  meant: OutcomePlace | undefined,
): Refusal | null {
  const refused = (code: string, detail: string): Refusal => ({
    ...{ pointer: '/supersedes', code, detail },
  });
  if (meant === undefined) return refused('unknown-outcome', `there is no outcome ${supersedes}`);
  const isOfSame =
    meant.journey === journey && meant.stage === stage && meant.episodeId === episodeId;
  return isOfSame ? null : refused('inconsistent', `${supersedes} is of another episode or stage`);
}

/**
 * Why a correction is not taken. What it corrects must be there, of the same episode and stage: a
 * mistyped id would correct nothing, and nobody would know.
 */
async function supersedingRefusal(
  sql: EntityManager,
  outcome: Outcome,
  known: Known,
): Promise<Refusal | null> {
  const { id, supersedes } = outcome;
  if (supersedes === undefined) return null;
  const places = await placesOfOutcomes(sql, [id, supersedes]);
  // One that is sent again was judged when it first came.
  if (places.has(id)) return null;
  return correctionRefusal({ ...outcome, supersedes }, known, places.get(supersedes));
}

/** Why an outcome is not taken; null where it is. */
export async function refusalOf(
  sql: EntityManager,
  outcome: Outcome,
  known: Known,
): Promise<Refusal | null> {
  return (
    sourceRefusal(outcome, known) ??
    (await placeRefusal(sql, outcome)) ??
    anomalyRefusal(outcome, known) ??
    (await supersedingRefusal(sql, outcome, known))
  );
}
