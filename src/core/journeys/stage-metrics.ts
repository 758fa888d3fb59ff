import { DomainError } from '../errors/domain-error.js';
import type { Duration, Instant } from '../telemetry/time.js';
import { bucketStart } from '../telemetry/time.js';
import type { Journey } from './journey.js';
import { histogramQuantile } from './seconds-histogram.js';
import type { StageCell, StageCounts } from './stage-cell.js';
import { CELL_WIDTH, NO_COUNTS, addCounts, stageWindow } from './stage-cell.js';

/** Which stage metrics are asked for: stage entries in [from, to), in buckets from the epoch. */
export interface StageMetricsQuery {
  readonly from: Instant;
  readonly to: Instant;
  /** A multiple of five minutes. */
  readonly bucket: Duration;
  /** One segment; null for entries that have none; absent for all. */
  readonly segment?: string | null | undefined;
  readonly now: Instant;
}

/** Over the converted of mature cells; median and 90th percentile within 9.1 %. */
interface SecondsToConvert {
  readonly mean: number;
  readonly median: number;
  readonly p90: number;
}

/** One stage in one bucket of stage entry. */
export interface StageMetric {
  readonly stage: string;
  readonly stageIndex: number;
  readonly bucketStart: Instant;
  readonly entered: number;
  readonly mature: {
    readonly entered: number;
    readonly converted: number;
    readonly dropped: number;
  };
  /** Entries whose window has not passed: they may still convert and never count as dropped. */
  readonly immature: { readonly entered: number; readonly converted: number };
  /** Over mature entries; null without any, and at a last stage without conversions of its own. */
  readonly conversionRate: number | null;
  readonly dropOff: number | null;
  readonly secondsToConvert: SecondsToConvert | null;
  readonly csat: { readonly count: number; readonly mean: number } | null;
  /** `score` is -100..100: the share of promoters less that of detractors. */
  readonly nps: { readonly count: number; readonly mean: number; readonly score: number } | null;
}

interface Sums {
  mature: StageCounts;
  immature: StageCounts;
}

function secondsToConvert(counts: StageCounts): SecondsToConvert | null {
  const median = histogramQuantile(counts.secondsHistogram, 0.5);
  const p90 = histogramQuantile(counts.secondsHistogram, 0.9);
  if (counts.converted <= 0 || median === null || p90 === null) return null;
  return { mean: counts.millisToConvert / counts.converted / 1000, median, p90 };
}

function satisfactionOf(counts: StageCounts): Pick<StageMetric, 'csat' | 'nps'> {
  const { csatCount, csatSum, npsCount, npsSum, npsNet } = counts;
  return {
    csat: csatCount > 0 ? { count: csatCount, mean: csatSum / csatCount } : null,
    nps:
      npsCount > 0
        ? { count: npsCount, mean: npsSum / npsCount, score: (100 * npsNet) / npsCount }
        : null,
  };
}

function metricOf(
  place: Pick<StageMetric, 'stage' | 'stageIndex' | 'bucketStart'>,
  { mature, immature }: Sums,
  isLast: boolean,
): StageMetric {
  // Events know no conversion of the last stage; a warehouse may.
  const isGoal = isLast && mature.converted === 0;
  const rate = isGoal || mature.entered <= 0 ? null : mature.converted / mature.entered;
  const dropped = isGoal ? 0 : mature.entered - mature.converted;
  return {
    ...place,
    entered: mature.entered + immature.entered,
    mature: { entered: mature.entered, converted: mature.converted, dropped },
    immature: { entered: immature.entered, converted: immature.converted },
    conversionRate: rate,
    dropOff: rate === null ? null : dropped / mature.entered,
    secondsToConvert: secondsToConvert(mature),
    ...satisfactionOf(addCounts(mature, immature)),
  };
}

function isAsked(cell: StageCell, { from, to, segment }: StageMetricsQuery): boolean {
  const inSegment = segment === undefined || cell.segment === segment;
  return inSegment && cell.bucketStart >= from && cell.bucketStart < to;
}

/** The cell's sums, added to those of its stage and bucket. */
function sumUp(
  journey: Journey,
  cells: readonly StageCell[],
  query: StageMetricsQuery,
): Map<string, Sums> {
  const sums = new Map<string, Sums>();
  for (const cell of cells) {
    if (!isAsked(cell, query)) continue;
    const key = `${bucketStart(cell.bucketStart, query.bucket)} ${cell.stageIndex}`;
    const sum = sums.get(key) ?? { mature: NO_COUNTS, immature: NO_COUNTS };
    const matureAt = cell.bucketStart + CELL_WIDTH + stageWindow(journey, cell.stageIndex);
    if (matureAt <= query.now) sum.mature = addCounts(sum.mature, cell);
    else sum.immature = addCounts(sum.immature, cell);
    sums.set(key, sum);
  }
  return sums;
}

/**
 * Stage metrics for every bucket and stage asked for, also where nobody came. A cell is mature once
 * its end plus the stage's window has passed; rates and times are over mature cells alone.
 *
 * @throws DomainError `bad-bucket`
 */
export function stageMetrics(
  journey: Journey,
  cells: readonly StageCell[],
  query: StageMetricsQuery,
): StageMetric[] {
  const { from, to, bucket } = query;
  if (bucket <= 0 || bucket % CELL_WIDTH !== 0) {
    throw new DomainError('bad-bucket', 'a bucket is a multiple of 5m', { pointer: '/bucket' });
  }
  const sums = sumUp(journey, cells, query);
  const metrics: StageMetric[] = [];
  for (let start = bucketStart(from, bucket); start < to; start += bucket) {
    journey.stages.forEach(({ key }, stageIndex) => {
      const sum = sums.get(`${start} ${stageIndex}`) ?? { mature: NO_COUNTS, immature: NO_COUNTS };
      const place = { stage: key, stageIndex, bucketStart: start };
      metrics.push(metricOf(place, sum, stageIndex === journey.stages.length - 1));
    });
  }
  return metrics;
}
