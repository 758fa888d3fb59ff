import type { Duration, Instant } from '../telemetry/time.js';
import { DAY, HOUR, bucketStart } from '../telemetry/time.js';
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

/** One hour or day of a stage, added up over its cells. */
export interface StageSum extends StatedCell {
  /** Whether it is that of all segments together. */
  readonly ofAll: boolean;
}

function addTo(
  sum: StageSum | undefined,
  cell: StatedCell,
  { ofAll, width }: { readonly ofAll: boolean; readonly width: Duration },
): StageSum {
  const { stage, stageIndex, segment } = cell;
  return {
    ...addCounts(sum ?? NO_COUNTS, cell),
    ...{ stage, stageIndex, ofAll, segment: ofAll ? null : segment, width },
    bucketStart: bucketStart(cell.bucketStart, width),
    revision: Math.max(sum?.revision ?? 0, cell.revision),
    computedAt: Math.max(sum?.computedAt ?? 0, cell.computedAt),
  };
}

/** Adds up cells by hour, for each segment and for all of them together. */
export function stageHours(cells: readonly StatedCell[]): StageSum[] {
  const sums = new Map<string, StageSum>();
  for (const cell of cells) {
    const hour = bucketStart(cell.bucketStart, HOUR);
    for (const ofAll of [false, true]) {
      const key = JSON.stringify([cell.stage, hour, ofAll, ofAll ? null : cell.segment]);
      sums.set(key, addTo(sums.get(key), cell, { ofAll, width: HOUR }));
    }
  }
  return [...sums.values()].map(withQuantiles);
}

const withQuantiles = (sum: StageSum): StageSum => ({
  ...sum,
  quantiles: secondsQuantiles(sum.secondsHistogram),
});

/** The hours of one day, stage and segment (or of all together), in order, and their sum. */
interface StageDay {
  readonly hours: readonly StageSum[];
  readonly total: StageSum;
}

/** Hours by day. */
export function stageDays(hours: readonly StageSum[]): StageDay[] {
  const days = new Map<string, { hours: StageSum[]; total: StageSum }>();
  for (const hour of hours.toSorted((one, other) => one.bucketStart - other.bucketStart)) {
    const { stage, segment, ofAll } = hour;
    const key = JSON.stringify([stage, segment, ofAll, bucketStart(hour.bucketStart, DAY)]);
    const day = days.get(key);
    const total = addTo(day?.total, hour, { ofAll, width: DAY });
    days.set(key, { hours: [...(day?.hours ?? []), hour], total });
  }
  return [...days.values()].map((day) => ({ ...day, total: withQuantiles(day.total) }));
}

/** Whether the cells of all stages that end by a moment are mature. */
export function isMature(journey: Journey, end: Instant, now: Instant): boolean {
  return journey.stages.every((_, stageIndex) => end + stageWindow(journey, stageIndex) <= now);
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
