import type { SecondsHistogram } from '../core/journeys/seconds-histogram.js';
import type { StageHour } from '../core/journeys/stage-hours.js';
import { HOUR } from '../core/telemetry/time.js';

/** Numbers of an hour, eight bytes each, lowest byte first. */
const NUMBERS = 13;
const BYTES = NUMBERS * 8;

/** An hour's numbers as bytes: thousands of them are read at once, and taking rows apart is what costs. */
export function packHour(hour: StageHour): Buffer {
  const bytes = Buffer.alloc(BYTES);
  [
    ...[hour.bucketStart, hour.entered, hour.converted, hour.millisToConvert],
    ...[hour.csatCount, hour.csatSum, hour.npsCount, hour.npsSum, hour.npsNet],
    ...[hour.quantiles?.median ?? Number.NaN, hour.quantiles?.p90 ?? Number.NaN],
    ...[hour.revision, hour.computedAt],
  ].forEach((number, index) => bytes.writeDoubleLE(number, index * 8));
  return bytes;
}

/** What the bytes do not hold of a stage's hours. */
interface PackedStage {
  readonly stage: string;
  readonly stageIndex: number;
  /** All of them together where null. */
  readonly segment: string | null;
  /** By hour, where they were asked for. */
  readonly histograms: readonly SecondsHistogram[] | null;
}

const NO_HISTOGRAM: SecondsHistogram = {};

/** The hours of one stage, from the bytes of one after the other. */
export function unpackHours(bytes: Buffer, stage: PackedStage): StageHour[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  return Array.from({ length: bytes.length / BYTES }, (_, index) => unpackHour(view, index, stage));
}

// In one piece and member by member: spreading takes ten times as long, for thousands of hours.
function unpackHour(
  view: DataView,
  index: number,
  { stage, stageIndex, segment, histograms }: PackedStage,
): StageHour {
  const number = (place: number): number => view.getFloat64(index * BYTES + place * 8, true);
  const median = number(9);
  return {
    stage,
    stageIndex,
    segment,
    ofAll: segment === null,
    bucketStart: number(0),
    width: HOUR,
    entered: number(1),
    converted: number(2),
    millisToConvert: number(3),
    secondsHistogram: histograms?.[index] ?? NO_HISTOGRAM,
    csatCount: number(4),
    csatSum: number(5),
    npsCount: number(6),
    npsSum: number(7),
    npsNet: number(8),
    quantiles: Number.isNaN(median) ? null : { median, p90: number(10) },
    revision: number(11),
    computedAt: number(12),
  };
}
