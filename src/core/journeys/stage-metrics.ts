import { DomainError } from '../errors/domain-error.js';
import type { Duration, Instant } from '../telemetry/time.js';
import { bucketStart } from '../telemetry/time.js';
import type { Journey } from './journey.js';
import type { SecondsQuantiles } from './seconds-histogram.js';
import { secondsQuantiles } from './seconds-histogram.js';
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
interface SecondsToConvert extends SecondsQuantiles {
  readonly mean: number;
}

/** Cells of one stage and segment, added up over some stretch of time. */
export interface CountedCell extends StageCell {
  /** How long the stretch is; that of a cell where absent. */
  readonly width?: Duration;
  /** Read from the histogram where absent. */
  readonly quantiles?: SecondsQuantiles | null;
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

type MetricPlace = Pick<StageMetric, 'stage' | 'stageIndex' | 'bucketStart'>;

type Counted = StageCounts & Pick<CountedCell, 'quantiles'>;

interface Sums {
  mature: Counted;
  immature: Counted;
}

function secondsToConvert(counts: Counted): SecondsToConvert | null {
  if (counts.converted <= 0) return null;
  const { quantiles = secondsQuantiles(counts.secondsHistogram) } = counts;
  if (quantiles === null) return null;
  const mean = counts.millisToConvert / counts.converted / 1000;
  return { mean, median: quantiles.median, p90: quantiles.p90 };
}

function csatOf({ csatCount, csatSum }: StageCounts): StageMetric['csat'] {
  return csatCount > 0 ? { count: csatCount, mean: csatSum / csatCount } : null;
}

function npsOf({ npsCount, npsSum, npsNet }: StageCounts): StageMetric['nps'] {
  if (npsCount <= 0) return null;
  return { count: npsCount, mean: npsSum / npsCount, score: (100 * npsNet) / npsCount };
}

// Member by member: spreading takes several times as long, for thousands of buckets.
function metricOf(
  { stage, stageIndex, bucketStart: start }: MetricPlace,
  { mature, immature }: Sums,
  isLast: boolean,
): StageMetric {
  // Events know no conversion of the last stage; a warehouse may.
  const isGoal = isLast && mature.converted === 0;
  const rate = isGoal || mature.entered <= 0 ? null : mature.converted / mature.entered;
  const dropped = isGoal ? 0 : mature.entered - mature.converted;
  const all = immature === NO_COUNTS ? mature : addCounts(mature, immature);
  return {
    stage,
    stageIndex,
    bucketStart: start,
    entered: all.entered,
    mature: { entered: mature.entered, converted: mature.converted, dropped },
    immature: { entered: immature.entered, converted: immature.converted },
    conversionRate: rate,
    dropOff: rate === null ? null : dropped / mature.entered,
    secondsToConvert: secondsToConvert(mature),
    csat: csatOf(all),
    nps: npsOf(all),
  };
}

const plus = (sum: Counted, cell: CountedCell): Counted =>
  sum === NO_COUNTS ? cell : addCounts(sum, cell);

function isAsked(cell: StageCell, { from, to, segment }: StageMetricsQuery): boolean {
  const inSegment = segment === undefined || cell.segment === segment;
  return inSegment && cell.bucketStart >= from && cell.bucketStart < to;
}

/** By stage and bucket, the sums of its cells. */
function sumUp(
  journey: Journey,
  cells: readonly CountedCell[],
  query: StageMetricsQuery,
): Map<Instant, Sums>[] {
  const sums = journey.stages.map(() => new Map<Instant, Sums>());
  const windows = journey.stages.map((_, stageIndex) => stageWindow(journey, stageIndex));
  for (const cell of cells) {
    if (!isAsked(cell, query)) continue;
    const { bucketStart: start, width = CELL_WIDTH, stageIndex } = cell;
    const bucket = bucketStart(start, query.bucket);
    const stageSums = sums[stageIndex];
    let sum = stageSums?.get(bucket);
    if (sum === undefined) {
      sum = { mature: NO_COUNTS, immature: NO_COUNTS };
      stageSums?.set(bucket, sum);
    }
    const isMature = start + width + (windows[stageIndex] ?? 0) <= query.now;
    if (isMature) sum.mature = plus(sum.mature, cell);
    else sum.immature = plus(sum.immature, cell);
  }
  return sums;
}

const NOTHING: Sums = { mature: NO_COUNTS, immature: NO_COUNTS };

/**
 * Stage metrics for every bucket and stage asked for, also where nobody came. A cell is mature once
 * its end plus the stage's window has passed; rates and times are over mature cells alone.
 *
 * @throws DomainError `bad-bucket`
 */
export function stageMetrics(
  journey: Journey,
  cells: readonly CountedCell[],
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
      const sum = sums[stageIndex]?.get(start) ?? NOTHING;
      const place = { stage: key, stageIndex, bucketStart: start };
      metrics.push(metricOf(place, sum, stageIndex === journey.stages.length - 1));
    });
  }
  return metrics;
}
