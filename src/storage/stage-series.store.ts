import type { Duration, Instant } from '../core/telemetry/time.js';
import { MINUTE, bucketStart } from '../core/telemetry/time.js';
import type { Sql } from './sql.js';
import { rows } from './sql.js';

/** The width of the buckets that are kept of events. */
export const CELL: Duration = 5 * MINUTE;

/** One stage's buckets over a stretch of time, as known at a time. */
export interface KnownSeries {
  readonly start: Instant;
  readonly width: Duration;
  readonly entered: Float64Array;
  readonly converted: Float64Array;
}

export interface SeriesRequest {
  readonly journey: string;
  readonly stage: string;
  /** All segments where null. */
  readonly segment: string | null;
  readonly from: Instant;
  readonly to: Instant;
  readonly knownBy: Instant;
}

interface SeriesRow {
  readonly bucket: Date;
  readonly width: number;
  readonly entered: number;
  readonly converted: number;
}

/** Reads a stage's series as it was known at a time: the sum of all changes known by then. */
export async function stageSeries(sql: Sql, request: SeriesRequest): Promise<KnownSeries> {
  const found = await rows<SeriesRow>(
    sql,
    `SELECT bucket_start AS bucket, max(width_seconds) AS width, sum(entered)::float8 AS entered,
       sum(converted)::float8 AS converted
     FROM stage_metric_change
     WHERE journey = $1 AND stage = $2 AND ($3::text IS NULL OR segment = $3)
       AND bucket_start >= $4 AND bucket_start < $5 AND known_at <= $6
     GROUP BY bucket_start`,
    [
      request.journey,
      request.stage,
      request.segment,
      new Date(request.from),
      new Date(request.to),
      new Date(request.knownBy),
    ],
  );
  const width = found.reduce((widest, row) => Math.max(widest, row.width * 1000), CELL);
  const start = bucketStart(request.from, width);
  const length = Math.max(0, Math.ceil((request.to - start) / width));
  const entered = new Float64Array(length);
  const converted = new Float64Array(length);
  for (const row of found) {
    const index = Math.floor((row.bucket.getTime() - start) / width);
    entered[index] = (entered[index] ?? 0) + row.entered;
    converted[index] = (converted[index] ?? 0) + row.converted;
  }
  return { start, width, entered, converted };
}
