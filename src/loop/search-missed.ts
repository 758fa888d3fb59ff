import type { DataSource, EntityManager } from 'typeorm';

import type { Journey } from '../core/journeys/journey.js';
import { stageWindow } from '../core/journeys/stage-cell.js';
import type { Baseline } from '../core/outcomes/baseline.js';
import { LONGEST_FAILURE } from '../core/outcomes/failure-pieces.js';
import { withoutHandedOn } from '../core/outcomes/handed-on.js';
import type { FoundFailure, Place, SearchedStage } from '../core/outcomes/missed-failures.js';
import { missedFailures, searchFailures } from '../core/outcomes/missed-failures.js';
import { LATENESS } from '../core/outcomes/outcome-due.js';
import type { TimeSpan } from '../core/outcomes/stage-series.js';
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
import { failuresOfStage } from '../storage/outcome.store.js';
import type { Baselines, StageOfJourney } from './baselines.js';
import type { MissedSearch, Recording } from './record-missed.js';
import { placeOf, recordMissed, withdrawMissed } from './record-missed.js';
import { controlsOf, observe, randomFor } from './stage-outcome.js';

/** A day is searched once its failures are over and known, and again for what came late. */
const ROUNDS: readonly Duration[] = [0, DAY, 7 * DAY];

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

interface Searching extends Recording {
  readonly baselines: Baselines;
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

async function searchedStages(
  searching: Searching,
  journeys: readonly StoredJourney[],
): Promise<SearchedStage[]> {
  const { sql, baselines, search } = searching;
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

/** Those that no earlier stage of their journey handed on, whoever told of its failure. */
async function ownFailures(
  { sql, search: { day, at } }: Recording,
  journeys: readonly StoredJourney[],
  found: readonly FoundFailure[],
): Promise<FoundFailure[]> {
  const range = { from: day - LONGEST_FAILURE, to: day + DAY + LONGEST_FAILURE, knownBy: at };
  const known: (Place & TimeSpan)[] = [];
  for (const place of stagesOf(journeys)) {
    for (const { segment = null, startedAt, endedAt } of await failuresOfStage(sql, place, range)) {
      if (startedAt !== undefined && endedAt !== undefined) {
        known.push({ ...place, segment, startedAt, endedAt });
      }
    }
  }
  const stages = new Map(
    journeys.map(({ journey }) => [journey.key, journey.stages.map(({ key }) => key)]),
  );
  return withoutHandedOn(found, known, (journey) => stages.get(journey) ?? []);
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
    const journeys = reigning(await journeyVersions(sql), day);
    const found = searchFailures(await searchedStages(searching, journeys), {
      ...{ from: day, to: day + DAY, episodes },
      randomOf: (place, startedAt) => randomFor('missed', placeOf(place, startedAt)),
    });
    const missed = missedFailures(await ownFailures(searching, journeys, found), episodes);
    const standing = new Set<string>();
    for (const one of missed) {
      const id = await recordMissed(searching, one);
      if (id !== undefined) standing.add(id);
    }
    if (round > 0) await withdrawMissed(searching, stagesOf(journeys), standing);
  });
}
