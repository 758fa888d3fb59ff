import type { Duration, Instant } from '../telemetry/time.js';

/**
 * One stage (and segment) over time in buckets of stage entry: how many entered, and how many of
 * those converted. Mature buckets only; NaN where nothing is known (a gap in the telemetry).
 */
export interface StageSeries {
  readonly start: Instant;
  readonly width: Duration;
  readonly entered: Float64Array;
  readonly converted: Float64Array;
}

/** A stretch of time, the end excluded. */
export interface TimeSpan {
  readonly startedAt: Instant;
  readonly endedAt: Instant;
}

/** When the bucket begins. */
export function bucketTime(series: StageSeries, index: number): Instant {
  return series.start + index * series.width;
}

/** The index of the bucket that holds the moment; it may lie outside the series. */
export function bucketIndex(series: StageSeries, at: Instant): number {
  return Math.floor((at - series.start) / series.width);
}

/** Whether two stretches share any time. */
export function overlaps(a: TimeSpan, b: TimeSpan): boolean {
  return a.startedAt < b.endedAt && b.startedAt < a.endedAt;
}

/** Marks the buckets that touch any of the spans with 1. */
export function maskedBuckets(series: StageSeries, spans: readonly TimeSpan[]): Uint8Array {
  const mask = new Uint8Array(series.entered.length);
  for (const span of spans) {
    const from = Math.max(0, bucketIndex(series, span.startedAt));
    const to = Math.ceil((span.endedAt - series.start) / series.width);
    if (to > from) mask.fill(1, from, to);
  }
  return mask;
}
