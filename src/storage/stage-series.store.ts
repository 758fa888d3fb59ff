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

/** Numbers of all buckets with a blank between them: thousands of rows take several times as long. */
interface SeriesRow {
  /** Seconds from the epoch. */
  readonly starts: string | null;
  readonly width: number | null;
  readonly entered: string | null;
  readonly converted: string | null;
}

/** Reads a stage's series as it was known at a time: the sum of all changes known by then. */
export async function stageSeries(sql: Sql, request: SeriesRequest): Promise<KnownSeries> {
  const [row] = await rows<SeriesRow>(
    sql,
    `SELECT max(width) AS width, string_agg(start::text, ' ') AS starts,
       string_agg(entered::text, ' ') AS entered, string_agg(converted::text, ' ') AS converted
     FROM (SELECT extract(epoch FROM bucket_start)::bigint AS start, max(width_seconds) AS width,
         sum(entered) AS entered, sum(converted) AS converted
       FROM stage_metric_change
       WHERE journey = $1 AND stage = $2 AND ($3::text IS NULL OR segment = $3)
         AND bucket_start >= $4 AND bucket_start < $5 AND known_at <= $6
       GROUP BY bucket_start) AS bucket`,
    [
      request.journey,
      request.stage,
      request.segment,
      new Date(request.from),
      new Date(request.to),
      new Date(request.knownBy),
    ],
  );
  const width = Math.max(CELL, (row?.width ?? 0) * 1000);
  const start = bucketStart(request.from, width);
  const length = Math.max(0, Math.ceil((request.to - start) / width));
  const places = numbers(row?.starts).map((second) => Math.floor((second * 1000 - start) / width));
  return {
    ...{ start, width },
    entered: addedUp(length, places, numbers(row?.entered)),
    converted: addedUp(length, places, numbers(row?.converted)),
  };
}

const numbers = (text: string | null | undefined): number[] =>
  text ? text.split(' ').map(Number) : [];

function addedUp(
  length: number,
  places: readonly number[],
  counts: readonly number[],
): Float64Array {
  const sums = new Float64Array(length);
  places.forEach((place, index) => {
    sums[place] = (sums[place] ?? 0) + (counts[index] ?? 0);
  });
  return sums;
}
