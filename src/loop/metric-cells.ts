import type { DataSource, EntityManager } from 'typeorm';

import type { Journey } from '../core/journeys/journey.js';
import type { StatedCell } from '../core/journeys/stage-hours.js';
import { hourMaturity, isMature } from '../core/journeys/stage-hours.js';
import { stageWindow } from '../core/journeys/stage-cell.js';
import type { Duration, Instant } from '../core/telemetry/time.js';
import { DAY, HOUR, bucketStart } from '../core/telemetry/time.js';
import type { DaysRequest, Recall, StoredDay, Stretch } from '../storage/day-sum.store.js';
import { markedHours, storedDays, storedSums } from '../storage/day-sum.store.js';
import { unpackSums } from '../storage/packed-sums.js';
import { storedCells } from '../storage/stage-metric.store.js';
import { joinedStretches } from './joined-stretches.js';

/** Which of a journey's metrics are wanted; `from` is the start of a bucket. */
export interface MetricRange extends Stretch {
  readonly bucket: Duration;
  /** All where null. */
  readonly segment: string | null;
  readonly now: Instant;
}

/** What a journey's metrics are made of, all of one moment. */
export interface MetricCells<Known> {
  /**
   * Days and hours where they have been added up, are wanted whole, and are mature or not as a
   * whole; else cells.
   */
  readonly cells: readonly StatedCell[];
  /**
   * Whole mature days of which each hour is wanted, in place of their cells, as they are stored.
   * Equal stamps are equal metrics.
   */
  readonly days: ReadonlyMap<Instant, StoredDay<Known>>;
}

/** The hours of a day of `MetricCells`. */
export function hoursOf(
  { stages }: Journey,
  segment: string | null,
  day: readonly Buffer[],
): StatedCell[] {
  return stages.flatMap(({ key: stage }, stageIndex): StatedCell[] =>
    unpackSums(day[stageIndex] ?? Buffer.alloc(0), {
      ...{ stage, stageIndex, segment, ofAll: segment === null },
      ...{ width: HOUR, histograms: null },
    }),
  );
}

/** For a reader that keeps nothing of what it has made. */
export const recallNothing = (): undefined => undefined;

/** Reads what a journey's metrics are made of, but of days that the reader knows. */
export async function metricCells<Known>(
  source: DataSource,
  journey: Journey,
  range: MetricRange,
  recall: Recall<Known>,
): Promise<MetricCells<Known>> {
  return await source.transaction('REPEATABLE READ', async (sql) => {
    const { from, to, bucket } = range;
    if (bucket % HOUR !== 0) {
      return { cells: await cellsIn(sql, journey, range, [range]), days: new Map() };
    }
    const wholeTo = bucketStart(to, HOUR);
    const apart = new Set([
      ...hoursUnderWay(journey, range.now),
      ...(await markedHours(sql, journey.key, { from, to: wholeTo })),
    ]);
    const isWanted = (hour: Instant): boolean => hour >= from && hour < wholeTo;
    const stretches = [...apart].filter(isWanted).map((hour) => ({ from: hour, to: hour + HOUR }));
    const rest = wholeTo < to ? [{ from: wholeTo, to }] : [];
    const cells = await cellsIn(sql, journey, range, joinedStretches([...stretches, ...rest]));
    const summed = await summedUp(sql, journey, { ...range, to: wholeTo }, { apart, recall });
    return { ...summed, cells: [...summed.cells, ...cells] };
  });
}

/** What is added up of a range of whole hours but those apart. */
async function summedUp<Known>(
  sql: EntityManager,
  journey: Journey,
  range: MetricRange,
  { apart, recall }: { readonly apart: ReadonlySet<Instant>; readonly recall: Recall<Known> },
): Promise<MetricCells<Known>> {
  const { from, to, bucket, segment } = range;
  const isByHour = bucket === HOUR;
  const whole = new Set(isByHour || bucket % DAY === 0 ? wholeDays(journey, range, apart) : []);
  const stages = journey.stages.map(({ key }) => key);
  const request = (days: readonly Instant[]): DaysRequest => {
    return { journey: journey.key, stages, segment, days };
  };
  const partial = request(daysOf(range).filter((day) => !whole.has(day)));
  const found = await storedSums(sql, partial, isByHour ? 'hours' : 'hours with histograms');
  const hours = found.filter(
    ({ bucketStart: hour }) => hour >= from && hour < to && !apart.has(hour),
  );
  if (isByHour) return { cells: hours, days: await storedDays(sql, request([...whole]), recall) };
  return {
    cells: [...hours, ...(await storedSums(sql, request([...whole]), 'days'))],
    days: new Map(),
  };
}

function daysOf({ from, to }: Stretch): Instant[] {
  const first = bucketStart(from, DAY);
  return Array.from({ length: Math.ceil((to - first) / DAY) }, (_, index) => first + index * DAY);
}

/** Days that are wanted whole, are mature, and have no hour apart. */
function wholeDays(journey: Journey, range: MetricRange, apart: ReadonlySet<Instant>): Instant[] {
  const touched = new Set([...apart].map((hour) => bucketStart(hour, DAY)));
  const isWhole = (day: Instant): boolean => day >= range.from && day + DAY <= range.to;
  return daysOf(range).filter(
    (day) => isWhole(day) && !touched.has(day) && isMature(journey, day + DAY, range.now),
  );
}

async function cellsIn(
  sql: EntityManager,
  { key, stages }: Journey,
  { segment }: MetricRange,
  stretches: readonly Stretch[],
): Promise<StatedCell[]> {
  const places = new Map(stages.map((stage, index) => [stage.key, index]));
  const cells: StatedCell[] = [];
  for (const { from, to } of stretches) {
    for (const cell of await storedCells(sql, key, { from, to, segment })) {
      const stageIndex = places.get(cell.stage);
      // A stage that the newest version no longer has is left out.
      if (stageIndex !== undefined) cells.push({ ...cell, stageIndex });
    }
  }
  return cells;
}

/** The hours of which some cells are mature and some are not. */
function hoursUnderWay(journey: Journey, now: Instant): Instant[] {
  return journey.stages.flatMap((_, stageIndex) => {
    const latest = bucketStart(now - stageWindow(journey, stageIndex), HOUR);
    return [latest - HOUR, latest].filter(
      (hour) => hourMaturity(journey, stageIndex, hour, now) === null,
    );
  });
}
