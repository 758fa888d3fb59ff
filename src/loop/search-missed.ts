import type { DataSource, EntityManager } from 'typeorm';

import type { Journey } from '../core/journeys/journey.js';
import { stageWindow } from '../core/journeys/stage-cell.js';
import type { Baseline } from '../core/outcomes/baseline.js';
import { MERGE_GAP } from '../core/outcomes/failure-course.js';
import { LONGEST_FAILURE } from '../core/outcomes/failure-pieces.js';
import type { FoundFailure, SearchedStage } from '../core/outcomes/missed-failures.js';
import {
  missedFailures,
  searchFailures,
  shareCustomers,
} from '../core/outcomes/missed-failures.js';
import { LATENESS } from '../core/outcomes/outcome-due.js';
import type { Outcome } from '../core/outcomes/outcome.js';
import { searchedSegments } from '../core/outcomes/searched-segments.js';
import type { Duration, Instant } from '../core/telemetry/time.js';
import { DAY, HOUR, bucketStart } from '../core/telemetry/time.js';
import type { StoredJourney } from '../storage/journey.store.js';
import { currentJourneys, journeyVersions, reigning } from '../storage/journey.store.js';
import {
  claimDay,
  enteredBySegment,
  extentOfMetrics,
  mappedEpisodes,
  searchedDays,
} from '../storage/missed-search.store.js';
import type { StoredOutcome } from '../storage/outcome.store.js';
import { failuresOfStage } from '../storage/outcome.store.js';
import type { Baselines, StageOfJourney } from './baselines.js';
import { recordOutcome } from './record-outcome.js';
import { controlsOf, observe, randomFor } from './stage-outcome.js';

/** A day is searched once its failures are over and known, and again for what came late. */
const ROUNDS: readonly Duration[] = [0, DAY, 7 * DAY];

/** One search of one day. */
export interface MissedSearch {
  readonly round: number;
  readonly day: Instant;
  /** When it is due; nothing that became known later is seen. */
  readonly at: Instant;
}

function stagesOf(journeys: readonly StoredJourney[]): { journey: string; stage: string }[] {
  return journeys.flatMap(({ journey }) =>
    journey.stages.map(({ key }) => ({ journey: journey.key, stage: key })),
  );
}

/** From the end of a day until all that began in it is over, could convert and is known. */
function ripening(journeys: readonly StoredJourney[]): Duration {
  const windows = journeys.flatMap(({ journey }) =>
    journey.stages.map((_, index) => stageWindow(journey, index)),
  );
  return LONGEST_FAILURE + Math.max(0, ...windows) + LATENESS;
}

/**
 * The next search that is due by a moment, the earliest first. It waits until stage metrics have
 * come from beyond the time at which it is due, so that a history that is still being replayed is
 * not searched before it is there.
 */
export async function nextSearch(sql: EntityManager, until: Instant): Promise<MissedSearch | null> {
  const journeys = await currentJourneys(sql);
  const extent = await extentOfMetrics(sql, stagesOf(journeys));
  if (extent === null) return null;
  const searched = await searchedDays(sql);
  const due = ROUNDS.map((later, round): MissedSearch => {
    const last = searched.get(round);
    const day = last === undefined ? bucketStart(extent.from, DAY) : last + DAY;
    return { round, day, at: day + DAY + ripening(journeys) + later };
  });
  const [first] = due.toSorted((a, b) => a.at - b.at || a.round - b.round);
  const limit = Math.min(until, extent.to + HOUR);
  return first === undefined || first.at > limit ? null : first;
}

/** A stage is searched once a whole week of it is known: before, every weekend is a surprise. */
function isKnown({ history }: Baseline): boolean {
  return history.until - history.from >= 6.5 * DAY;
}

interface Searching {
  readonly sql: EntityManager;
  readonly baselines: Baselines;
  readonly search: MissedSearch;
}

/** A stage as a whole, and its segments that brought enough in the week before. */
async function placesOf(
  { sql, search }: Searching,
  { key }: Journey,
  stage: string,
): Promise<(string | null)[]> {
  const week = { from: search.day - 7 * DAY, to: search.day };
  const entered = await enteredBySegment(sql, { journey: key, stage }, week);
  return [null, ...searchedSegments(entered, 7 * DAY)];
}

async function searchedStages(searching: Searching): Promise<SearchedStage[]> {
  const { sql, baselines, search } = searching;
  const journeys = reigning(await journeyVersions(sql), search.day);
  const ground = { sql, baselines, journeys, touched: new Set<string>() };
  const { day, at } = search;
  const glance = { from: day - HOUR, to: day + DAY + LONGEST_FAILURE, knownBy: at, asOf: day };
  const stages: SearchedStage[] = [];
  for (const { journey } of journeys) {
    for (const [stageIndex, stage] of journey.stages.entries()) {
      for (const segment of await placesOf(searching, journey, stage.key)) {
        const own: StageOfJourney = { journey, stageIndex, segment };
        const observed = await observe(ground, own, glance);
        if (observed === null || !isKnown(observed.baseline)) continue;
        const controls = await controlsOf(ground, own, glance);
        const place = { journey: journey.key, stage: stage.key, segment };
        stages.push({ ...place, criterion: stage.failure, ...observed, ...controls });
      }
    }
  }
  return stages;
}

const placeOf = ({ journey, stage, segment }: SearchedStage | FoundFailure, at: Instant): string =>
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
  { sql, search }: Searching,
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
async function record(searching: Searching, found: FoundFailure): Promise<string | undefined> {
  const { sql, search } = searching;
  const all = await touching(searching, found);
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
async function withdraw(searching: Searching, standing: ReadonlySet<string>): Promise<void> {
  const { sql, search } = searching;
  const range = { from: search.day, to: search.day + DAY, knownBy: search.at };
  for (const place of stagesOf(reigning(await journeyVersions(sql), search.day))) {
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

/**
 * Searches one day for failures that no episode is mapped to and records them as missed; searched
 * again, it restates what late data changed. A day that has been searched is left alone.
 */
export async function searchMissed(
  source: DataSource,
  baselines: Baselines,
  search: MissedSearch,
): Promise<void> {
  const { round, day, at } = search;
  await source.transaction(async (sql) => {
    if (!(await claimDay(sql, round, day))) return;
    const searching = { sql, baselines, search };
    const range = { from: day - DAY, to: day + 2 * DAY, knownBy: at };
    const episodes = await mappedEpisodes(sql, range);
    const found = searchFailures(await searchedStages(searching), {
      ...{ from: day, to: day + DAY, episodes },
      randomOf: (place, startedAt) => randomFor('missed', placeOf(place, startedAt)),
    });
    const missed = missedFailures(found, episodes);
    const standing = new Set<string>();
    for (const one of missed) {
      const id = await record(searching, one);
      if (id !== undefined) standing.add(id);
    }
    if (round > 0) await withdraw(searching, standing);
  });
}
