import type { EntityManager } from 'typeorm';

import { MERGE_GAP } from '../core/outcomes/failure-course.js';
import type { FoundFailure, Place } from '../core/outcomes/missed-failures.js';
import { shareCustomers } from '../core/outcomes/missed-failures.js';
import type { Outcome } from '../core/outcomes/outcome.js';
import type { Instant } from '../core/telemetry/time.js';
import { DAY, bucketStart } from '../core/telemetry/time.js';
import type { StoredOutcome } from '../storage/outcome-row.js';
import { failuresOfStage } from '../storage/outcome.store.js';
import { recordOutcome } from './record-outcome.js';

/** One search of one day. */
export interface MissedSearch {
  readonly round: number;
  readonly day: Instant;
  /** When it is due; nothing that became known later is seen. */
  readonly at: Instant;
}

/** What one search records in. */
export interface Recording {
  readonly sql: EntityManager;
  readonly search: MissedSearch;
}

/** What a failure of a place is known by. */
export const placeOf = ({ journey, stage, segment }: Place, at: Instant): string =>
  [journey, stage, new Date(at).toISOString(), ...(segment === null ? [] : [segment])].join('/');

function outcomeOf(found: FoundFailure): Omit<Outcome, 'id'> {
  const { journey, stage, segment, startedAt, endedAt, outcome } = found;
  const { failure, failureProbability, conversionsLost, interval } = outcome;
  const failureId = [journey, stage, ...(segment === null ? [] : [segment]), startedAt].join('/');
  return {
    ...{ journey, stage, segment: segment ?? undefined, startedAt, endedAt },
    ...{ failure, failureProbability, conversionsLost, interval, failureId },
    verdict: 'missed',
    source: 'measured',
  };
}

function sameFigures(known: StoredOutcome, found: Omit<Outcome, 'id'>): boolean {
  return (
    known.startedAt === found.startedAt &&
    known.endedAt === found.endedAt &&
    known.conversionsLost === found.conversionsLost &&
    known.interval?.[1] === found.interval?.[1]
  );
}

interface Touching {
  readonly known: StoredOutcome;
  /** All segments where null. */
  readonly segment: string | null;
  /** Whether it began on the day that is searched. */
  readonly isOfDay: boolean;
}

/** What stands of a failure, or near it, that has customers in common with it. */
async function touching(
  { sql, search }: Recording,
  found: FoundFailure,
): Promise<readonly Touching[]> {
  const { startedAt, endedAt } = found;
  const range = { from: startedAt - MERGE_GAP, to: endedAt + MERGE_GAP, knownBy: search.at };
  return (await failuresOfStage(sql, found, range))
    .map((known) => ({
      known,
      segment: known.segment ?? null,
      isOfDay: bucketStart(known.startedAt ?? 0, DAY) === search.day,
    }))
    .filter(({ known, segment }) => shareCustomers({ ...known, segment }, found));
}

/** Records a failure that nothing fired on, or restates it; answers what stands of it. */
export async function recordMissed(
  recording: Recording,
  found: FoundFailure,
): Promise<string | undefined> {
  const { sql, search } = recording;
  const all = await touching(recording, found);
  if (all.some(({ known }) => known.anomalyId !== undefined)) return undefined;
  const outcome = outcomeOf(found);
  const id = `missed/${placeOf(found, found.startedAt)}`;
  // One that began the day before may go on in a segment; one of this day is told by this search.
  const standing = all.find(
    ({ segment, isOfDay }) => segment === found.segment || (segment === null && !isOfDay),
  );
  if (standing === undefined) {
    await recordOutcome(sql, { ...outcome, id }, search.at);
    return id;
  }
  const { known, isOfDay } = standing;
  if (!isOfDay || sameFigures(known, outcome)) return known.id;
  const restated = { id: `${id}/${search.round}`, supersedes: known.id };
  await recordOutcome(sql, { ...outcome, ...restated, failureId: known.failureId }, search.at);
  return restated.id;
}

/** What an earlier round found and this one did not: late data, or an episode that came late. */
export async function withdrawMissed(
  { sql, search }: Recording,
  stages: readonly { readonly journey: string; readonly stage: string }[],
  standing: ReadonlySet<string>,
): Promise<void> {
  const range = { from: search.day, to: search.day + DAY, knownBy: search.at };
  for (const place of stages) {
    for (const known of await failuresOfStage(sql, place, range)) {
      const { id, journey, stage, segment, startedAt, endedAt, failureId, anomalyId } = known;
      const isOfDay = bucketStart(startedAt ?? 0, DAY) === search.day;
      if (anomalyId !== undefined || !isOfDay || standing.has(id)) continue;
      await recordOutcome(
        sql,
        {
          ...{ journey, stage, segment, startedAt, endedAt, failureId },
          ...{ id: `${id}/withdrawn-${search.round}`, supersedes: id },
          ...{ failure: null, verdict: 'missed', source: 'measured' },
        },
        search.at,
      );
    }
  }
}
