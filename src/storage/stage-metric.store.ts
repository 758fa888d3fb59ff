import type { StageCell, StageCounts } from '../core/journeys/stage-cell.js';
import { CELL_WIDTH, NO_COUNTS, addCounts, isEmpty } from '../core/journeys/stage-cell.js';
import type { Duration, Instant } from '../core/telemetry/time.js';
import type { Sql } from './sql.js';
import { millis, rows, run } from './sql.js';

/** A cell of a journey version, by the stage's key. */
export interface MetricCell extends Omit<StageCell, 'stageIndex'> {
  readonly journey: string;
  readonly version: number;
  readonly stage: string;
}

/** A change of a cell and when it became known. */
export interface MetricChange extends MetricCell {
  readonly knownAt: Instant;
}

interface CellRow {
  readonly journey: string;
  readonly version: number;
  readonly stage: string;
  readonly segment: string;
  readonly bucket_start: Date;
  readonly counts: StageCounts;
}

interface CellSum extends MetricCell {
  readonly knownAt: Instant;
}

/** No part of a key holds a NUL. */
const place = (cell: MetricCell): string =>
  `${cell.journey}\0${cell.version}\0${cell.stage}\0${cell.segment ?? ''}\0${cell.bucketStart}`;

/** Adds up the changes of each cell, or of each cell and known time. */
function sumBy(
  changes: readonly MetricChange[],
  keyOf: (change: MetricChange) => string,
): CellSum[] {
  const sums = new Map<string, CellSum>();
  for (const change of changes) {
    const key = keyOf(change);
    const sum = sums.get(key);
    if (sum === undefined) sums.set(key, change);
    else sums.set(key, Object.assign(addCounts(sum, change), placeOf(change)));
  }
  return [...sums.values()];
}

function placeOf(change: MetricChange): Omit<MetricChange, keyof StageCounts> {
  const { journey, version, stage, segment, bucketStart, knownAt } = change;
  return { journey, version, stage, segment, bucketStart, knownAt };
}

const KEYS = `unnest($1::text[], $2::int[], $3::text[], $4::text[], $5::float8[])
  AS k (journey, version, stage, segment, start)`;

function keyColumns(cells: readonly MetricCell[]): unknown[][] {
  return [
    cells.map((cell) => cell.journey),
    cells.map((cell) => cell.version),
    cells.map((cell) => cell.stage),
    cells.map((cell) => cell.segment ?? ''),
    cells.map((cell) => cell.bucketStart),
  ];
}

function countsOf(cell: StageCounts): StageCounts {
  const { entered, converted, millisToConvert, secondsHistogram } = cell;
  const { csatCount, csatSum, npsCount, npsSum, npsNet } = cell;
  return {
    entered,
    converted,
    millisToConvert,
    secondsHistogram,
    csatCount,
    csatSum,
    npsCount,
    npsSum,
    npsNet,
  };
}

async function currentCounts(
  sql: Sql,
  cells: readonly MetricCell[],
): Promise<Map<string, StageCounts>> {
  const found = await rows<CellRow>(
    sql,
    `SELECT m.journey, m.version, m.stage, m.segment, m.bucket_start, m.counts
     FROM ${KEYS} JOIN stage_metric m ON m.journey = k.journey AND m.version = k.version
       AND m.stage = k.stage AND m.segment = k.segment AND m.origin = 'events'
       AND m.bucket_start = to_timestamp(k.start / 1000)`,
    keyColumns(cells),
  );
  return new Map(found.map((row) => [place(cellOf(row)), row.counts]));
}

function cellOf(row: CellRow): MetricCell {
  const { bucket_start, counts, segment, ...rest } = row;
  return {
    ...rest,
    ...NO_COUNTS,
    ...counts,
    segment: segment === '' ? null : segment,
    bucketStart: millis(bucket_start),
  };
}

/**
 * Restates cells: what they are now, with a higher revision, and what changed when.
 * The caller holds the lock on the journeys' paths, so nobody else restates them meanwhile.
 */
export async function restateCells(
  sql: Sql,
  changes: readonly MetricChange[],
  computedAt: Instant,
): Promise<void> {
  const sums = sumBy(changes, place).filter((sum) => !isEmpty(sum));
  if (sums.length > 0) await writeCells(sql, sums, computedAt);
  await logChanges(
    sql,
    sumBy(changes, (change) => `${place(change)}\0${change.knownAt}`),
    CELL_WIDTH,
  );
}

async function writeCells(
  sql: Sql,
  sums: readonly MetricCell[],
  computedAt: Instant,
): Promise<void> {
  const known = await currentCounts(sql, sums);
  await run(
    sql,
    `INSERT INTO stage_metric (journey, version, stage, segment, bucket_start, width_seconds, origin,
       entered, converted, counts, computed_at)
     SELECT journey, version, stage, segment, to_timestamp(start / 1000), $6, 'events',
       (counts->>'entered')::int, (counts->>'converted')::int, counts, to_timestamp($7 / 1000.0)
     FROM unnest($1::text[], $2::int[], $3::text[], $4::text[], $5::float8[], $8::jsonb[])
       AS k (journey, version, stage, segment, start, counts)
     ON CONFLICT (journey, stage, bucket_start, segment, version, origin) DO UPDATE
       SET entered = excluded.entered, converted = excluded.converted, counts = excluded.counts,
         computed_at = excluded.computed_at, revision = stage_metric.revision + 1`,
    [
      ...keyColumns(sums),
      CELL_WIDTH / 1000,
      computedAt,
      sums.map((sum) =>
        JSON.stringify(countsOf(addCounts(known.get(place(sum)) ?? NO_COUNTS, sum))),
      ),
    ],
  );
}

/** Logs what changed when: the sum of the changes known by a time is the series as known then. */
export async function logChanges(
  sql: Sql,
  changes: readonly MetricChange[],
  width: Duration,
): Promise<void> {
  const real = changes.filter((change) => change.entered !== 0 || change.converted !== 0);
  if (real.length === 0) return;
  await run(
    sql,
    `INSERT INTO stage_metric_change (journey, version, stage, segment, bucket_start, known_at,
       width_seconds, entered, converted)
     SELECT journey, version, stage, segment, to_timestamp(start / 1000), to_timestamp(known / 1000),
       $6, entered, converted
     FROM unnest($1::text[], $2::int[], $3::text[], $4::text[], $5::float8[], $7::float8[],
       $8::int[], $9::int[]) AS k (journey, version, stage, segment, start, known, entered, converted)`,
    [
      ...keyColumns(real),
      width / 1000,
      real.map((change) => change.knownAt),
      real.map((change) => change.entered),
      real.map((change) => change.converted),
    ],
  );
}

/** A cell with how often it was restated, and when last. */
export interface StoredCell extends MetricCell {
  readonly width: Duration;
  readonly origin: 'events' | 'warehouse';
  readonly revision: number;
  readonly computedAt: Instant;
}

/** A journey's cells over a stretch of time, oldest first. */
export async function storedCells(
  sql: Sql,
  journey: string,
  range: { readonly from: Instant; readonly to: Instant; readonly segment: string | null },
): Promise<StoredCell[]> {
  const found = await rows<
    CellRow & {
      readonly width_seconds: number;
      readonly origin: StoredCell['origin'];
      readonly revision: number;
      readonly computed_at: Date;
    }
  >(
    sql,
    `SELECT journey, version, stage, segment, bucket_start, width_seconds, origin, counts, revision,
       computed_at
     FROM stage_metric WHERE journey = $1 AND bucket_start >= $2 AND bucket_start < $3
       AND ($4::text IS NULL OR segment = $4) ORDER BY bucket_start, stage, segment, version`,
    [journey, new Date(range.from), new Date(range.to), range.segment],
  );
  return found.map((row) => {
    const { width_seconds, origin, revision, computed_at, ...cell } = row;
    return {
      ...cellOf(cell),
      width: width_seconds * 1000,
      origin,
      revision,
      computedAt: millis(computed_at),
    };
  });
}
