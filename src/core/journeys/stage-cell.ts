import type { Duration, Instant } from '../telemetry/time.js';
import { MINUTE } from '../telemetry/time.js';
import type { Journey } from './journey.js';
import type { SecondsHistogram } from './seconds-histogram.js';
import { addHistogram } from './seconds-histogram.js';

/** The width of a cell: the finest bucket that stage metrics are kept in. */
export const CELL_WIDTH: Duration = 5 * MINUTE;

/** What happened to the entries of one stage, segment and cell of stage entry; sums may be added. */
export interface StageCounts {
  readonly entered: number;
  /** Entries that reached the next stage within the stage's window. */
  readonly converted: number;
  /** Sum over the converted, in milliseconds. */
  readonly millisToConvert: number;
  readonly secondsHistogram: SecondsHistogram;
  readonly csatCount: number;
  readonly csatSum: number;
  readonly npsCount: number;
  readonly npsSum: number;
  /** Promoters (9 and 10) less detractors (6 and below). */
  readonly npsNet: number;
}

/** The counts of one cell; `bucketStart` is a multiple of `CELL_WIDTH`. */
export interface StageCell extends StageCounts {
  readonly stageIndex: number;
  readonly segment: string | null;
  readonly bucketStart: Instant;
}

export const NO_COUNTS: StageCounts = {
  entered: 0,
  converted: 0,
  millisToConvert: 0,
  secondsHistogram: {},
  csatCount: 0,
  csatSum: 0,
  npsCount: 0,
  npsSum: 0,
  npsNet: 0,
};

/** Sums of fractional scores are kept to thousandths, so that the order of adding leaves no trace. */
export const thousandths = (sum: number): number => Math.round(sum * 1000) / 1000 + 0;

/** One set of counts plus another times a sign. */
export function addCounts(one: StageCounts, other: StageCounts, sign: 1 | -1 = 1): StageCounts {
  return {
    entered: one.entered + sign * other.entered,
    converted: one.converted + sign * other.converted,
    millisToConvert: one.millisToConvert + sign * other.millisToConvert,
    secondsHistogram: addHistogram(one.secondsHistogram, other.secondsHistogram, sign),
    csatCount: one.csatCount + sign * other.csatCount,
    csatSum: thousandths(one.csatSum + sign * other.csatSum),
    npsCount: one.npsCount + sign * other.npsCount,
    npsSum: thousandths(one.npsSum + sign * other.npsSum),
    npsNet: one.npsNet + sign * other.npsNet,
  };
}

/** Whether nothing is counted: as a sum of changes, whether they come to nothing. */
export function isEmpty(counts: StageCounts): boolean {
  if (counts.entered !== 0 || counts.converted !== 0 || counts.millisToConvert !== 0) return false;
  if (counts.csatCount !== 0 || counts.npsCount !== 0 || counts.npsNet !== 0) return false;
  if (counts.csatSum !== 0 || counts.npsSum !== 0) return false;
  return Object.keys(counts.secondsHistogram).length === 0;
}

/** How long after its entry a stage may convert: its own window, else the journey's; last: 0. */
export function stageWindow(journey: Journey, stageIndex: number): Duration {
  if (stageIndex >= journey.stages.length - 1) return 0;
  return journey.stages[stageIndex]?.window ?? journey.window;
}
