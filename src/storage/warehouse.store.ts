import type { EntityManager } from 'typeorm';

import type { Duration, Instant } from '../core/telemetry/time.js';
import { NO_COUNTS } from '../core/journeys/stage-cell.js';
import { logWarehouseChanges } from './stage-change.store.js';
import { rows } from './sql.js';

/** A stage metric that a warehouse has aggregated. */
export interface WarehouseMetric {
  readonly journey: string;
  readonly version: number;
  readonly stage: string;
  readonly segment?: string | undefined;
  readonly bucketStart: Instant;
  readonly bucket: Duration;
  readonly entered: number;
  readonly converted: number;
  readonly medianSecondsToConvert?: number | undefined;
  readonly satisfaction?: number | undefined;
}

/** Stores it, or restates the bucket; what changed is logged with when it became known. */
export async function saveWarehouseMetric(
  sql: EntityManager,
  metric: WarehouseMetric,
  knownAt: Instant,
): Promise<'stored' | 'updated' | 'duplicate'> {
  const { journey, version, stage, segment, bucketStart, bucket, entered, converted } = metric;
  const { medianSecondsToConvert, satisfaction } = metric;
  const counts = { ...NO_COUNTS, entered, converted, medianSecondsToConvert, satisfaction };
  const key = [journey, version, stage, segment ?? '', new Date(bucketStart)];
  const [known] = await rows<{ entered: number; converted: number }>(
    sql,
    `SELECT entered, converted FROM stage_metric WHERE journey = $1 AND version = $2 AND stage = $3
       AND segment = $4 AND bucket_start = $5 FOR UPDATE`,
    key,
  );
  const written = await rows(
    sql,
    `INSERT INTO stage_metric (journey, version, stage, segment, bucket_start, width_seconds,
       entered, converted, counts, computed_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
     ON CONFLICT (journey, stage, bucket_start, segment, version) DO UPDATE
       SET entered = excluded.entered, converted = excluded.converted, counts = excluded.counts,
         computed_at = excluded.computed_at, revision = stage_metric.revision + 1
       WHERE stage_metric.counts <> excluded.counts RETURNING revision`,
    [...key, bucket / 1000, entered, converted, JSON.stringify(counts), new Date(knownAt)],
  );
  if (written.length === 0) return 'duplicate';
  const change = {
    ...{ journey, version, stage, segment: segment ?? null, bucketStart, knownAt },
    entered: entered - (known?.entered ?? 0),
    converted: converted - (known?.converted ?? 0),
  };
  await logWarehouseChanges(sql, [change], bucket);
  return known === undefined ? 'stored' : 'updated';
}
