import type { StageTraffic } from '../core/features/feature-context.js';
import type { Baseline } from '../core/outcomes/baseline.js';
import { expectedAt } from '../core/outcomes/baseline.js';
import type { Duration, Instant } from '../core/telemetry/time.js';
import { HOUR, MINUTE, bucketStart } from '../core/telemetry/time.js';
import type { Sql } from '../storage/sql.js';
import type { KnownSeries } from '../storage/stage-series.store.js';
import { stageSeries } from '../storage/stage-series.store.js';
import type { Baselines, StageOfJourney } from './baselines.js';

interface Flow {
  readonly series: KnownSeries;
  readonly baseline: Baseline | null;
}

/** The last hour's whole buckets before a moment, and what is usual then. */
async function flowOf(
  sql: Sql,
  baselines: Baselines,
  stage: StageOfJourney,
  asOf: Instant,
): Promise<Flow | null> {
  const key = stage.journey.stages[stage.stageIndex]?.key;
  if (key === undefined) return null;
  const baseline = await baselines.of(sql, stage, asOf);
  const to = bucketStart(asOf, baseline?.width ?? 5 * MINUTE);
  const series = await stageSeries(sql, {
    journey: stage.journey.key,
    stage: key,
    segment: stage.segment,
    from: to - HOUR,
    to,
    knownBy: asOf,
  });
  return { series, baseline };
}

function came(flow: Flow | null, span: Duration): number | null {
  if (flow === null) return null;
  const { entered, width } = flow.series;
  const buckets = Math.max(1, Math.round(span / width));
  return entered.subarray(Math.max(0, entered.length - buckets)).reduce((sum, n) => sum + n, 0);
}

function usually(flow: Flow | null, from: Instant, span: Duration): number | null {
  if (flow?.baseline == null) return null;
  const { width } = flow.baseline;
  let sum = 0;
  for (let at = bucketStart(from, width); at < from + span; at += width) {
    sum += expectedAt(flow.baseline, at).entries;
  }
  return sum;
}

/**
 * What came through a stage lately, as known at the time, beside what usually comes. A conversion
 * counts when the next stage is reached; the last stage's own entries are the conversions that it has.
 */
export async function stageTraffic(
  sql: Sql,
  baselines: Baselines,
  stage: StageOfJourney,
  asOf: Instant,
): Promise<StageTraffic> {
  const entries = await flowOf(sql, baselines, stage, asOf);
  const next = { ...stage, stageIndex: stage.stageIndex + 1 };
  const isLast = next.stageIndex >= stage.journey.stages.length;
  const conversions = isLast ? entries : await flowOf(sql, baselines, next, asOf);
  const end = bucketStart(asOf, 5 * MINUTE);
  return {
    entries15: came(entries, 15 * MINUTE),
    entries60: came(entries, HOUR),
    usualEntries15: usually(entries, end - 15 * MINUTE, 15 * MINUTE),
    usualEntries60: usually(entries, end - HOUR, HOUR),
    conversions15: came(conversions, 15 * MINUTE),
    conversions60: came(conversions, HOUR),
    usualConversions15: usually(conversions, end - 15 * MINUTE, 15 * MINUTE),
    usualConversions60: usually(conversions, end - HOUR, HOUR),
    expectedConversionsPerHour: usually(conversions, end, HOUR),
  };
}
