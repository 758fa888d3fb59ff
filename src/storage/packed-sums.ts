import type { SecondsHistogram } from '../core/journeys/seconds-histogram.js';
import type { StageSum } from '../core/journeys/stage-hours.js';
import type { Duration } from '../core/telemetry/time.js';

/** Numbers of a sum, eight bytes each, lowest byte first. */
const NUMBERS = 13;
const BYTES = NUMBERS * 8;

/** The numbers of sums as bytes: thousands are read at once, and taking rows apart is what costs. */
export function packSums(sums: readonly StageSum[]): Buffer {
  const bytes = Buffer.alloc(sums.length * BYTES);
  sums.forEach((sum, index) => {
    [
      ...[sum.bucketStart, sum.entered, sum.converted, sum.millisToConvert],
      ...[sum.csatCount, sum.csatSum, sum.npsCount, sum.npsSum, sum.npsNet],
      ...[sum.quantiles?.median ?? Number.NaN, sum.quantiles?.p90 ?? Number.NaN],
      ...[sum.revision, sum.computedAt],
    ].forEach((number, place) => bytes.writeDoubleLE(number, index * BYTES + place * 8));
  });
  return bytes;
}

/** What the bytes do not hold of a stage's sums. */
interface PackedStage extends Pick<StageSum, 'stage' | 'stageIndex' | 'segment' | 'ofAll'> {
  readonly width: Duration;
  /** Of each sum, where they were asked for. */
  readonly histograms: readonly SecondsHistogram[] | null;
}

const NO_HISTOGRAM: SecondsHistogram = {};

/** The sums of one stage, from the bytes of one after the other. */
export function unpackSums(bytes: Buffer, stage: PackedStage): StageSum[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  return Array.from({ length: bytes.length / BYTES }, (_, index) => unpackSum(view, index, stage));
}

// In one piece and member by member: spreading takes ten times as long, for thousands of sums.
function unpackSum(
  view: DataView,
  index: number,
  { stage, stageIndex, segment, ofAll, width, histograms }: PackedStage,
): StageSum {
  const number = (place: number): number => view.getFloat64(index * BYTES + place * 8, true);
  const median = number(9);
  return {
    stage,
    stageIndex,
    segment,
    ofAll,
    bucketStart: number(0),
    width,
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
