import type { StageSum } from '../core/journeys/stage-hours.js';
import { stageDays } from '../core/journeys/stage-hours.js';
import type { SecondsHistogram } from '../core/journeys/seconds-histogram.js';
import type { Instant } from '../core/telemetry/time.js';
import { DAY, HOUR } from '../core/telemetry/time.js';
import { packSums, unpackSums } from './packed-sums.js';
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

/** Puts hours that were added up in place of what was there for a journey's days. */
export async function saveDays(
  sql: Sql,
  journey: string,
  days: readonly Instant[],
  hours: readonly StageSum[],
): Promise<void> {
  const written = stageDays(hours);
  await run(sql, 'DELETE FROM stage_day_sum WHERE journey = $1 AND day = ANY($2)', [
    journey,
    days.map((day) => new Date(day)),
  ]);
  const column = <T>(read: (day: (typeof written)[number]) => T): T[] => written.map(read);
  await run(
    sql,
    `INSERT INTO stage_day_sum (journey, of_all, segment, stage, day, hours, hour_histograms, total,
       total_histogram)
     SELECT $1, * FROM unnest($2::bool[], $3::text[], $4::text[], $5::timestamptz[], $6::bytea[],
       $7::json[], $8::bytea[], $9::json[])`,
    [
      journey,
      column(({ total }) => total.ofAll),
      column(({ total }) => total.segment ?? ''),
      column(({ total }) => total.stage),
      column(({ total }) => new Date(total.bucketStart)),
      column((day) => packSums(day.hours)),
      column((day) => JSON.stringify(day.hours.map(({ secondsHistogram }) => secondsHistogram))),
      column(({ total }) => packSums([total])),
      column(({ total }) => JSON.stringify(total.secondsHistogram)),
    ],
  );
}

/** All hours of a journey's days that are added up, of each segment and of all together. */
export async function hoursOfDays(
  sql: Sql,
  journey: string,
  days: readonly Instant[],
): Promise<StageSum[]> {
  const found = await rows<{
    readonly of_all: boolean;
    readonly segment: string;
    readonly stage: string;
    readonly hours: Buffer;
    readonly histograms: readonly SecondsHistogram[];
  }>(
    sql,
    `SELECT of_all, segment, stage, hours, hour_histograms AS histograms FROM stage_day_sum
     WHERE journey = $1 AND day = ANY($2)`,
    [journey, days.map((day) => new Date(day))],
  );
  return found.flatMap(({ of_all: ofAll, segment, stage, hours, histograms }) =>
    unpackSums(hours, {
      ...{ stage, stageIndex: 0, segment: segment === '' ? null : segment, ofAll },
      ...{ width: HOUR, histograms },
    }),
  );
}

/** What is read of a journey's days. */
export interface DaysRequest {
  readonly journey: string;
  readonly stages: readonly string[];
  /** All of them together where null. */
  readonly segment: string | null;
  readonly days: readonly Instant[];
}

/** What is read of each: quantiles alone do where no hours are added to each other. */
const COLUMNS = {
  hours: 'hours AS sums, NULL::json AS histograms',
  'hours with histograms': 'hours AS sums, hour_histograms AS histograms',
  days: 'total AS sums, json_build_array(total_histogram) AS histograms',
} as const;

/** A stage's sums of one day, packed. */
interface PackedDay {
  readonly stage: string;
  readonly day: Date;
  readonly sums: Buffer;
  readonly histograms: readonly SecondsHistogram[] | null;
}

const OF_DAYS =
  'journey = $1 AND of_all = $2 AND segment = $3 AND stage = ANY($4) AND day = ANY($5)';

function ofDays({ journey, stages, segment, days }: DaysRequest): unknown[] {
  return [journey, segment === null, segment ?? '', stages, days.map((day) => new Date(day))];
}

async function packedDays(
  sql: Sql,
  request: DaysRequest,
  what: keyof typeof COLUMNS,
): Promise<PackedDay[]> {
  if (request.days.length === 0) return [];
  return await rows<PackedDay>(
    sql,
    `SELECT stage, day, ${COLUMNS[what]} FROM stage_day_sum WHERE ${OF_DAYS}`,
    ofDays(request),
  );
}

/** The sums of some days that are added up, whether or not their cells have changed since. */
export async function storedSums(
  sql: Sql,
  request: DaysRequest,
  what: keyof typeof COLUMNS,
): Promise<StageSum[]> {
  const { stages, segment } = request;
  const width = what === 'days' ? DAY : HOUR;
  return (await packedDays(sql, request, what)).flatMap(({ stage, sums, histograms }) =>
    unpackSums(sums, {
      ...{ stage, stageIndex: stages.indexOf(stage), segment, ofAll: segment === null },
      ...{ width, histograms },
    }),
  );
}

/** A day's hours as they are stored, by stage: nothing where nobody came. */
export interface StoredDay<Known> {
  /** Tells these hours from any others of the day. */
  readonly stamp: string;
  /** What the reader has made of them before; they are not read again then. */
  readonly known: Known | undefined;
  readonly hours: readonly Buffer[];
}

/** What the reader has made of a day with this stamp, if anything. */
export type Recall<Known> = (day: Instant, stamp: string) => Known | undefined;

const NOTHING = Buffer.alloc(0);

/** Some days as they are stored; all statements must see one moment. */
export async function storedDays<Known>(
  sql: Sql,
  request: DaysRequest,
  recall: Recall<Known>,
): Promise<Map<Instant, StoredDay<Known>>> {
  const { stages } = request;
  const stamps = await dayStamps(sql, request);
  const found = request.days.map((day) => {
    const stamp = stamps.get(day) ?? '';
    return { day, stamp, known: recall(day, stamp) };
  });
  const days = found.filter(({ known }) => known === undefined).map(({ day }) => day);
  const hours = new Map(days.map((day) => [day, stages.map((): Buffer => NOTHING)]));
  for (const { stage, day, sums } of await packedDays(sql, { ...request, days }, 'hours')) {
    hours.get(millis(day))?.splice(stages.indexOf(stage), 1, sums);
  }
  return new Map(
    found.map(({ day, ...stored }) => [day, { ...stored, hours: hours.get(day) ?? [] }]),
  );
}

/** By day, the numbers of its stages' writings; nothing where nobody came. */
async function dayStamps(sql: Sql, request: DaysRequest): Promise<Map<Instant, string>> {
  const found = await rows<{ readonly day: Date; readonly stamp: string }>(
    sql,
    `SELECT day, string_agg(stamp::text, ' ' ORDER BY stamp) AS stamp
     FROM stage_day_sum WHERE ${OF_DAYS} GROUP BY day`,
    ofDays(request),
  );
  return new Map(found.map(({ day, stamp }) => [millis(day), stamp]));
}
