import type { StageMetric } from '../../core/journeys/stage-metrics.js';
import type { BaselineBand } from '../../core/outcomes/baseline-band.js';
import type { StageStep } from '../../loop/ad-hoc-funnel.js';
import type { Table } from '../../storage/table-file.js';
import { formatInstant } from '../../wire/instant.js';

/** A stage's metric in one bucket, and what is usual there. */
export interface MetricRow {
  readonly metric: StageMetric;
  readonly baseline: BaselineBand | null;
}

/** Stage metrics as a table, a row for each stage and bucket. */
export function metricsTable(
  journey: string,
  segment: string | null,
  rows: readonly MetricRow[],
): Table {
  return {
    columns: {
      ...{ journey: 'VARCHAR', segment: 'VARCHAR', stage: 'VARCHAR', bucketStart: 'TIMESTAMPTZ' },
      ...{ entered: 'BIGINT', matureEntered: 'BIGINT', matureConverted: 'BIGINT' },
      ...{ matureDropped: 'BIGINT', immatureEntered: 'BIGINT', immatureConverted: 'BIGINT' },
      ...{ conversionRate: 'DOUBLE', dropOff: 'DOUBLE', secondsMean: 'DOUBLE' },
      ...{ secondsMedian: 'DOUBLE', secondsP90: 'DOUBLE', csatCount: 'BIGINT', csatMean: 'DOUBLE' },
      ...{ npsCount: 'BIGINT', npsMean: 'DOUBLE', npsScore: 'DOUBLE', baselineEntered: 'DOUBLE' },
      ...{ baselineEnteredLow: 'DOUBLE', baselineEnteredHigh: 'DOUBLE' },
      ...{ baselineConverted: 'DOUBLE', baselineConvertedLow: 'DOUBLE' },
      ...{ baselineConvertedHigh: 'DOUBLE', baselineConversionRate: 'DOUBLE' },
    },
    rows: rows.map(({ metric, baseline }) => [
      ...[journey, segment, metric.stage, formatInstant(metric.bucketStart), metric.entered],
      ...[metric.mature.entered, metric.mature.converted, metric.mature.dropped],
      ...[metric.immature.entered, metric.immature.converted],
      ...[metric.conversionRate, metric.dropOff, ...secondsCells(metric.secondsToConvert)],
      ...scoreCells(metric),
      ...baselineCells(baseline),
    ]),
  };
}

type Seconds = { readonly mean: number; readonly median: number; readonly p90: number } | null;

function secondsCells(seconds: Seconds): (number | null)[] {
  return seconds === null ? [null, null, null] : [seconds.mean, seconds.median, seconds.p90];
}

function scoreCells({ csat, nps }: StageMetric): (number | null)[] {
  const csatCells = csat === null ? [null, null] : [csat.count, csat.mean];
  return [...csatCells, ...(nps === null ? [null, null, null] : [nps.count, nps.mean, nps.score])];
}

function baselineCells(band: BaselineBand | null): (number | null)[] {
  if (band === null) return Array.from({ length: 7 }, () => null);
  const { entered, enteredInterval, converted, convertedInterval, conversionRate } = band;
  return [entered, ...enteredInterval, converted, ...convertedInterval, conversionRate];
}

/** A funnel as a table, a row for each step. */
export function funnelTable(journey: string, steps: readonly StageStep[]): Table {
  return {
    columns: {
      ...{ journey: 'VARCHAR', step: 'BIGINT', stage: 'VARCHAR', event: 'VARCHAR' },
      ...{
        reached: 'BIGINT',
        rateFromPrevious: 'DOUBLE',
        rateFromFirst: 'DOUBLE',
        secondsMean: 'DOUBLE',
      },
      ...{ secondsMedian: 'DOUBLE', secondsP90: 'DOUBLE' },
    },
    rows: steps.map((step, index) => [
      ...[journey, index + 1, step.stage, step.event, step.reached],
      ...[step.rateFromPrevious, step.rateFromFirst],
      ...secondsCells(step.secondsFromPrevious),
    ]),
  };
}
