import type { DataSource, EntityManager } from 'typeorm';

import type { Journey } from '../core/journeys/journey.js';
import type { StatedCell } from '../core/journeys/stage-hours.js';
import { hourMaturity } from '../core/journeys/stage-hours.js';
import { stageWindow } from '../core/journeys/stage-cell.js';
import type { Duration, Instant } from '../core/telemetry/time.js';
import { HOUR, bucketStart } from '../core/telemetry/time.js';
import type { Stretch } from '../storage/hour-sum.store.js';
import { markedHours, storedHours } from '../storage/hour-sum.store.js';
import { storedCells } from '../storage/stage-metric.store.js';
import { joinedStretches } from './joined-stretches.js';

/** Which of a journey's metrics are wanted; `from` is the start of a bucket. */
export interface MetricRange extends Stretch {
  readonly bucket: Duration;
  /** All where null. */
  readonly segment: string | null;
  readonly now: Instant;
}

/**
 * What a journey's metrics are made of, all of one moment: hours where they have been added up, are
 * wanted whole, and are mature or not as a whole; else cells.
 */
export async function metricCells(
  source: DataSource,
  journey: Journey,
  range: MetricRange,
): Promise<StatedCell[]> {
  return await source.transaction('REPEATABLE READ', async (sql) => {
    if (range.bucket % HOUR !== 0) return await cellsIn(sql, journey, range, [range]);
    const wholeTo = bucketStart(range.to, HOUR);
    const apart = new Set([
      ...hoursUnderWay(journey, range.now),
      ...(await markedHours(sql, journey.key, { from: range.from, to: wholeTo })),
    ]);
    const hours = await storedHours(sql, {
      ...{ journey: journey.key, from: range.from, to: wholeTo, segment: range.segment },
      stages: journey.stages.map(({ key }) => key),
      withHistograms: range.bucket !== HOUR,
    });
    const wanted = [...apart].filter((hour) => hour >= range.from && hour < wholeTo);
    const stretches = wanted.map((from) => ({ from, to: from + HOUR }));
    const rest = wholeTo < range.to ? [{ from: wholeTo, to: range.to }] : [];
    const cells = await cellsIn(sql, journey, range, [...joinedStretches(stretches), ...rest]);
    return [...hours.filter((hour) => !apart.has(hour.bucketStart)), ...cells];
  });
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
