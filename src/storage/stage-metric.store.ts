import type { StageCell, StageCounts } from '../core/journeys/stage-cell.js';
import { CELL_WIDTH, NO_COUNTS } from '../core/journeys/stage-cell.js';
import type { Duration, Instant } from '../core/telemetry/time.js';
import { HOUR } from '../core/telemetry/time.js';
import type { HourSlots } from './stage-slots.js';
import { readSlot } from './stage-slots.js';
import type { Sql } from './sql.js';
import { millis, rows } from './sql.js';

/** A cell of a journey version, by the stage's key, with how often it was restated, and when last. */
export interface StoredCell extends Omit<StageCell, 'stageIndex'> {
  readonly version: number;
  readonly stage: string;
  readonly width: Duration;
  readonly origin: 'events' | 'warehouse';
  readonly revision: number;
  readonly computedAt: Instant;
}

interface CellRange {
  readonly from: Instant;
  readonly to: Instant;
  /** All segments where null. */
  readonly segment: string | null;
}

/** A journey's cells over a stretch of time, oldest first. */
export async function storedCells(
  sql: Sql,
  journey: string,
  range: CellRange,
): Promise<StoredCell[]> {
  const told = await warehouseCells(sql, journey, range);
  const counted = await eventCells(sql, journey, range);
  return [...told, ...counted].sort(
    (one, other) =>
      one.bucketStart - other.bucketStart ||
      compare(one.stage, other.stage) ||
      compare(one.segment ?? '', other.segment ?? '') ||
      one.version - other.version,
  );
}

const compare = (one: string, other: string): number => (one === other ? 0 : one < other ? -1 : 1);

const segmentOf = (segment: string): string | null => (segment === '' ? null : segment);

async function warehouseCells(sql: Sql, journey: string, range: CellRange): Promise<StoredCell[]> {
  const found = await rows<{
    readonly version: number;
    readonly stage: string;
    readonly segment: string;
    readonly bucket_start: Date;
    readonly width_seconds: number;
    readonly counts: StageCounts;
    readonly revision: number;
    readonly computed_at: Date;
  }>(
    sql,
    `SELECT version, stage, segment, bucket_start, width_seconds, counts, revision, computed_at
     FROM stage_metric WHERE journey = $1 AND bucket_start >= $2 AND bucket_start < $3
       AND ($4::text IS NULL OR segment = $4)`,
    [journey, new Date(range.from), new Date(range.to), range.segment],
  );
  return found.map((row) => ({
    ...NO_COUNTS,
    ...row.counts,
    version: row.version,
    stage: row.stage,
    segment: segmentOf(row.segment),
    bucketStart: millis(row.bucket_start),
    width: row.width_seconds * 1000,
    origin: 'warehouse',
    revision: row.revision,
    computedAt: millis(row.computed_at),
  }));
}

async function eventCells(sql: Sql, journey: string, range: CellRange): Promise<StoredCell[]> {
  const found = await rows<{
    readonly version: number;
    readonly stage: string;
    readonly segment: string;
    readonly hour: Date;
    readonly slots: HourSlots;
  }>(
    sql,
    `SELECT version, stage, segment, hour, slots FROM stage_hour
     WHERE journey = $1 AND hour > $2 AND hour < $3 AND ($4::text IS NULL OR segment = $4)`,
    [journey, new Date(range.from - HOUR), new Date(range.to), range.segment],
  );
  return found.flatMap(({ version, stage, segment, hour, slots }) =>
    Object.entries(slots)
      .map(([slot, written]): StoredCell => ({
        ...readSlot(written),
        version,
        stage,
        segment: segmentOf(segment),
        bucketStart: millis(hour) + Number(slot) * CELL_WIDTH,
        width: CELL_WIDTH,
        origin: 'events',
      }))
      .filter(({ bucketStart }) => bucketStart >= range.from && bucketStart < range.to),
  );
}
