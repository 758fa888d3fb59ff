import type { EntityManager } from 'typeorm';

import { CELL_WIDTH } from '../core/journeys/stage-cell.js';
import type { StageSums } from '../core/journeys/stage-sums.js';
import type { Duration, Instant } from '../core/telemetry/time.js';
import { copyLine, copyRows } from './copy-rows.js';
import type { StoredJourney } from './journey.store.js';

/** A change of a stage's bucket, and when it became known. */
export interface StageChange {
  readonly journey: string;
  readonly version: number;
  readonly stage: string;
  readonly segment: string | null;
  readonly bucketStart: Instant;
  readonly knownAt: Instant;
  readonly entered: number;
  readonly converted: number;
}

const INTO = `stage_metric_change (journey, version, stage, segment, bucket_start, known_at,
  width_seconds, entered, converted, origin)`;

/**
 * Logs what events changed when: the sum of the changes known by a time is the series as known
 * then.
 */
export async function logEventChanges(
  sql: EntityManager,
  { journey, version }: StoredJourney,
  known: ReadonlyMap<Instant, StageSums>,
): Promise<void> {
  let lines = '';
  const width = CELL_WIDTH / 1000;
  for (const [knownAt, sums] of known) {
    const at = new Date(knownAt).toISOString();
    for (const { stageIndex, segment, bucketStart, entered, converted } of sums.cells()) {
      if (entered === 0 && converted === 0) continue;
      const start = new Date(bucketStart).toISOString();
      const stage = journey.stages[stageIndex]?.key ?? '';
      const place = [journey.key, version, stage, segment ?? '', start, at, width];
      lines += copyLine([...place, entered, converted, 'events']);
    }
  }
  if (lines !== '') await copyRows(sql, INTO, lines);
}

/** Logs what a warehouse told. */
export async function logWarehouseChanges(
  sql: EntityManager,
  changes: readonly StageChange[],
  width: Duration,
): Promise<void> {
  let lines = '';
  for (const { journey, version, stage, segment, bucketStart, knownAt, ...counts } of changes) {
    const { entered, converted } = counts;
    if (entered === 0 && converted === 0) continue;
    const times = [new Date(bucketStart).toISOString(), new Date(knownAt).toISOString()];
    const place = [journey, version, stage, segment ?? '', ...times, width / 1000];
    lines += copyLine([...place, entered, converted, 'warehouse']);
  }
  if (lines !== '') await copyRows(sql, INTO, lines);
}
