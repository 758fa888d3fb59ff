import type { DataSource, EntityManager } from 'typeorm';

import type { StatedCell } from '../core/journeys/stage-hours.js';
import { stageHours } from '../core/journeys/stage-hours.js';
import type { Instant } from '../core/telemetry/time.js';
import { DAY, HOUR, bucketStart } from '../core/telemetry/time.js';
import { hoursOfDays, saveDays, takeMarks } from '../storage/day-sum.store.js';
import { rows } from '../storage/sql.js';
import { storedCells } from '../storage/stage-metric.store.js';
import { joinedStretches } from './joined-stretches.js';

const LOCK = 7_405_021;

/** Hours that one transaction adds up at most. */
const AT_ONCE = 500;

/**
 * Adds up the hours whose cells have changed since they were added up; answers how many. Marks and
 * cells are read as of one moment: who changes a cell later leaves a mark that stays.
 */
export async function sumHours(source: DataSource): Promise<number> {
  let summed = 0;
  for (;;) {
    const hours = await source.transaction('REPEATABLE READ', sumSome);
    if (hours === 0) return summed;
    summed += hours;
  }
}

async function sumSome(sql: EntityManager): Promise<number> {
  const lock = 'SELECT pg_try_advisory_xact_lock($1) AS mine';
  const [held] = await rows<{ mine: boolean }>(sql, lock, [LOCK]);
  if (held?.mine !== true) return 0;
  const marked = await takeMarks(sql, AT_ONCE);
  for (const key of new Set(marked.map(({ journey }) => journey))) {
    const hours = marked.filter(({ journey }) => journey === key).map(({ hour }) => hour);
    await sumJourney(sql, key, hours);
  }
  return marked.length;
}

async function sumJourney(
  sql: EntityManager,
  journey: string,
  hours: readonly Instant[],
): Promise<void> {
  const stretches = joinedStretches(hours.map((from) => ({ from, to: from + HOUR })));
  const cells: StatedCell[] = [];
  for (const stretch of stretches) {
    const found = await storedCells(sql, journey, { ...stretch, segment: null });
    // By key alone: which place a stage has is the reader's to know.
    cells.push(...found.map((cell) => ({ ...cell, stageIndex: 0 })));
  }
  const days = [...new Set(hours.map((hour) => bucketStart(hour, DAY)))];
  const anew = new Set(hours);
  const kept = (await hoursOfDays(sql, journey, days)).filter((sum) => !anew.has(sum.bucketStart));
  await saveDays(sql, journey, days, [...kept, ...stageHours(cells)]);
}
