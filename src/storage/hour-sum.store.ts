import type { StageHour } from '../core/journeys/stage-hours.js';
import type { SecondsHistogram } from '../core/journeys/seconds-histogram.js';
import type { Instant } from '../core/telemetry/time.js';
import { packHour, unpackHours } from './packed-hour.js';
import type { Sql } from './sql.js';
import { millis, rows, run } from './sql.js';

/** A journey's hour whose cells have changed since it was added up. */
export interface MarkedHour {
  readonly journey: string;
  readonly hour: Instant;
}

/** A stretch of time, its end exclusive. */
export interface Stretch {
  readonly from: Instant;
  readonly to: Instant;
}

/** The hours that have changed, of one journey. */
export async function markedHours(
  sql: Sql,
  journey: string,
  { from, to }: Stretch,
): Promise<Instant[]> {
  const found = await rows<{ hour: Date }>(
    sql,
    `SELECT DISTINCT hour FROM stage_hour_mark
     WHERE journey = $1 AND hour >= $2 AND hour < $3 ORDER BY hour`,
    [journey, new Date(from), new Date(to)],
  );
  return found.map(({ hour }) => millis(hour));
}

/** Takes the marks of the hours that changed first; whoever changes one after this marks it again. */
export async function takeMarks(sql: Sql, most: number): Promise<MarkedHour[]> {
  const taken = await rows<{ journey: string; hour: Date }>(
    sql,
    `WITH wanted AS (SELECT DISTINCT journey, hour FROM stage_hour_mark ORDER BY journey, hour
       LIMIT $1),
     taken AS (DELETE FROM stage_hour_mark m USING wanted w
       WHERE m.journey = w.journey AND m.hour = w.hour)
     SELECT journey, hour FROM wanted ORDER BY journey, hour`,
    [most],
  );
  return taken.map(({ journey, hour }) => ({ journey, hour: millis(hour) }));
}

/** Puts what was added up in place of what was there for a journey's hours. */
export async function saveHours(
  sql: Sql,
  journey: string,
  hours: readonly Instant[],
  sums: readonly StageHour[],
): Promise<void> {
  await run(sql, 'DELETE FROM stage_hour_sum WHERE journey = $1 AND hour = ANY($2)', [
    journey,
    hours.map((hour) => new Date(hour)),
  ]);
  const column = <T>(read: (sum: StageHour) => T): T[] => sums.map(read);
  await run(
    sql,
    `INSERT INTO stage_hour_sum (journey, of_all, segment, stage, hour, counts, seconds_histogram)
     SELECT $1, * FROM unnest($2::bool[], $3::text[], $4::text[], $5::timestamptz[], $6::bytea[],
       $7::jsonb[])`,
    [
      journey,
      column(({ ofAll }) => ofAll),
      column(({ segment }) => segment ?? ''),
      column(({ stage }) => stage),
      column(({ bucketStart }) => new Date(bucketStart)),
      column(packHour),
      column(({ secondsHistogram }) => JSON.stringify(secondsHistogram)),
    ],
  );
}

/** What is read of a journey's hours. */
export interface HoursRequest extends Stretch {
  readonly journey: string;
  readonly stages: readonly string[];
  /** All of them together where null. */
  readonly segment: string | null;
  /** Quantiles alone do where no hours are added to each other. */
  readonly withHistograms: boolean;
}

/** The hours of a stretch of time that are added up, whether or not their cells have changed since. */
export async function storedHours(sql: Sql, request: HoursRequest): Promise<StageHour[]> {
  const { journey, stages, segment, from, to, withHistograms } = request;
  const found = await rows<{
    readonly stage: string;
    readonly counts: Buffer;
    readonly histograms: readonly SecondsHistogram[] | null;
  }>(
    sql,
    `SELECT stage, string_agg(counts, '' ORDER BY hour) AS counts,
       ${withHistograms ? 'json_agg(seconds_histogram ORDER BY hour)' : 'NULL::json'} AS histograms
     FROM stage_hour_sum WHERE journey = $1 AND of_all = $2 AND segment = $3
       AND stage = ANY($4) AND hour >= $5 AND hour < $6 GROUP BY stage`,
    [journey, segment === null, segment ?? '', stages, new Date(from), new Date(to)],
  );
  return found.flatMap(({ stage, counts, histograms }) =>
    unpackHours(counts, { stage, stageIndex: stages.indexOf(stage), segment, histograms }),
  );
}
