import type { EntityManager } from 'typeorm';

import type { StageCell, StageCounts } from '../core/journeys/stage-cell.js';
import { CELL_WIDTH, NO_COUNTS, addCounts } from '../core/journeys/stage-cell.js';
import { StageSums } from '../core/journeys/stage-sums.js';
import type { Instant } from '../core/telemetry/time.js';
import { HOUR, bucketStart } from '../core/telemetry/time.js';
import type { StoredJourney } from './journey.store.js';
import { logEventChanges } from './stage-change.store.js';
import type { HourSlots, SlotCell } from './stage-slots.js';
import { readSlot, writeSlot } from './stage-slots.js';
import type { Sql } from './sql.js';
import { rows, run } from './sql.js';

/** What changed in one hour of a stage and segment, cell by cell. */
interface HourChange {
  readonly stage: string;
  readonly segment: string;
  readonly hour: Instant;
  readonly cells: StageCell[];
}

const place = (hour: Omit<HourChange, 'cells'>): string =>
  `${hour.stage}\0${hour.segment}\0${hour.hour}`;

function hoursOf({ journey }: StoredJourney, cells: readonly StageCell[]): HourChange[] {
  const hours = new Map<string, HourChange>();
  for (const cell of cells) {
    const stage = journey.stages[cell.stageIndex]?.key ?? '';
    const at = { stage, segment: cell.segment ?? '', hour: bucketStart(cell.bucketStart, HOUR) };
    const key = place(at);
    const known = hours.get(key);
    if (known === undefined) hours.set(key, { ...at, cells: [cell] });
    else known.cells.push(cell);
  }
  return [...hours.values()];
}

async function currentSlots(
  sql: Sql,
  { journey, version }: StoredJourney,
  hours: readonly HourChange[],
): Promise<Map<string, HourSlots>> {
  const found = await rows<{ stage: string; segment: string; at: number; slots: HourSlots }>(
    sql,
    `SELECT h.stage, h.segment, k.at, h.slots
     FROM unnest($3::text[], $4::text[], $5::float8[]) AS k (stage, segment, at)
     JOIN stage_hour h ON h.journey = $1 AND h.version = $2 AND h.stage = k.stage
       AND h.segment = k.segment AND h.hour = to_timestamp(k.at / 1000)`,
    [
      journey.key,
      version,
      hours.map(({ stage }) => stage),
      hours.map(({ segment }) => segment),
      hours.map(({ hour }) => hour),
    ],
  );
  return new Map(
    found.map(({ stage, segment, at, slots }) => [place({ stage, segment, hour: at }), slots]),
  );
}

/** The hour's slots after the change; each that it touches has a higher revision. */
function restated(known: HourSlots, change: HourChange, computedAt: Instant): HourSlots {
  const slots: Record<string, HourSlots[string]> = { ...known };
  for (const cell of change.cells) {
    const slot = String((cell.bucketStart - change.hour) / CELL_WIDTH);
    const before = slots[slot];
    const was: Omit<SlotCell, 'computedAt'> =
      before === undefined ? { ...NO_COUNTS, revision: 0 } : readSlot(before);
    slots[slot] = writeSlot({ ...addCounts(was, cell), revision: was.revision + 1, computedAt });
  }
  return slots;
}

function totalOf(slots: HourSlots): StageCounts {
  let total = NO_COUNTS;
  for (const slot of Object.values(slots)) total = addCounts(total, readSlot(slot));
  return total;
}

/**
 * Restates hours with what changed: each touched cell in them has a higher revision, and the log
 * says what became known when. The caller holds the lock, so nobody else restates them meanwhile.
 */
export async function restateHours(
  sql: EntityManager,
  stored: StoredJourney,
  known: ReadonlyMap<Instant, StageSums>,
  computedAt: Instant,
): Promise<void> {
  const all = new StageSums();
  for (const sums of known.values()) for (const cell of sums.cells()) all.add(cell);
  const hours = hoursOf(stored, all.cells());
  if (hours.length > 0) {
    const current = await currentSlots(sql, stored, hours);
    const after = hours.map((hour) => restated(current.get(place(hour)) ?? {}, hour, computedAt));
    await writeHours(sql, stored, { hours, after, computedAt });
  }
  await logEventChanges(sql, stored, known);
}

async function writeHours(
  sql: Sql,
  { journey, version }: StoredJourney,
  written: {
    readonly hours: readonly HourChange[];
    readonly after: readonly HourSlots[];
    readonly computedAt: Instant;
  },
): Promise<void> {
  const { hours, after, computedAt } = written;
  const totals = after.map(totalOf);
  await run(
    sql,
    `INSERT INTO stage_hour (journey, version, stage, segment, hour, slots, entered, converted,
       counts, computed_at)
     SELECT $1, $2, stage, segment, to_timestamp(at / 1000), slots, (counts->>'entered')::int,
       (counts->>'converted')::int, counts, to_timestamp($3 / 1000.0)
     FROM unnest($4::text[], $5::text[], $6::float8[], $7::jsonb[], $8::jsonb[])
       AS k (stage, segment, at, slots, counts)
     ON CONFLICT (journey, stage, hour, segment, version) DO UPDATE
       SET slots = excluded.slots, entered = excluded.entered, converted = excluded.converted,
         counts = excluded.counts, computed_at = excluded.computed_at,
         revision = stage_hour.revision + 1`,
    [
      journey.key,
      version,
      computedAt,
      hours.map(({ stage }) => stage),
      hours.map(({ segment }) => segment),
      hours.map(({ hour }) => hour),
      after.map((slots) => JSON.stringify(slots)),
      totals.map((total) => JSON.stringify(total)),
    ],
  );
}
