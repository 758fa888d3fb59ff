import type { Duration, Instant } from '../telemetry/time.js';
import { HOUR, bucketStart } from '../telemetry/time.js';
import type { Journey } from './journey.js';
import { secondsQuantiles } from './seconds-histogram.js';
import { NO_COUNTS, addCounts, stageWindow } from './stage-cell.js';
import type { CountedCell } from './stage-metrics.js';

/** The shortest cell that there is: a warehouse's minute. */
const SHORTEST: Duration = 60_000;

/** A cell by its stage's key, with how often it was restated, and when last. */
export interface StatedCell extends CountedCell {
  readonly stage: string;
  readonly revision: number;
  readonly computedAt: Instant;
}

/** One hour of a stage, added up over its cells. */
export interface StageHour extends StatedCell {
  /** Whether it is that of all segments together. */
  readonly ofAll: boolean;
}

function addTo(sum: StageHour | undefined, cell: StatedCell, ofAll: boolean): StageHour {
  const { stage, stageIndex, segment } = cell;
  return {
    ...addCounts(sum ?? NO_COUNTS, cell),
    ...{ stage, stageIndex, ofAll, segment: ofAll ? null : segment, width: HOUR },
    bucketStart: bucketStart(cell.bucketStart, HOUR),
    revision: Math.max(sum?.revision ?? 0, cell.revision),
    computedAt: Math.max(sum?.computedAt ?? 0, cell.computedAt),
  };
}

/** Adds up cells by hour, for each segment and for all of them together. */
export function stageHours(cells: readonly StatedCell[]): StageHour[] {
  const sums = new Map<string, StageHour>();
  for (const cell of cells) {
    const hour = bucketStart(cell.bucketStart, HOUR);
    for (const ofAll of [false, true]) {
      const key = JSON.stringify([cell.stage, hour, ofAll, ofAll ? null : cell.segment]);
      sums.set(key, addTo(sums.get(key), cell, ofAll));
    }
  }
  return [...sums.values()].map((sum) => ({
    ...sum,
    quantiles: secondsQuantiles(sum.secondsHistogram),
  }));
}

/**
 * Whether an hour's cells are mature at the moment, all or none: null where only some of them are,
 * so that the hour is to be told cell by cell.
 */
export function hourMaturity(
  journey: Journey,
  stageIndex: number,
  hour: Instant,
  now: Instant,
): 'mature' | 'immature' | null {
  const window = stageWindow(journey, stageIndex);
  if (hour + HOUR + window <= now) return 'mature';
  return hour + SHORTEST + window > now ? 'immature' : null;
}
