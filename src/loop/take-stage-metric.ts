import type { EntityManager } from 'typeorm';

import type { Instant } from '../core/telemetry/time.js';
import { HOUR } from '../core/telemetry/time.js';
import type { StoredJourney } from '../storage/journey.store.js';
import type { WarehouseMetric } from '../storage/warehouse.store.js';
import { saveWarehouseMetric } from '../storage/warehouse.store.js';

/** What came in, and when. */
export interface StageMetricArrival {
  readonly body: Omit<WarehouseMetric, 'version'>;
  readonly receivedAt: Instant;
  readonly journeys: readonly StoredJourney[];
}

interface Refusal {
  readonly pointer: string;
  readonly code: string;
  readonly detail: string;
}

/** Stores a stage metric that a warehouse has aggregated; another one for the same bucket restates it. */
export async function takeStageMetric(
  sql: EntityManager,
  { body, receivedAt, journeys }: StageMetricArrival,
): Promise<'stored' | 'updated' | 'duplicate' | Refusal> {
  const stored = journeys.find((one) => one.journey.key === body.journey);
  if (stored === undefined) {
    return { pointer: '/journey', code: 'unknown-journey', detail: `there is no ${body.journey}` };
  }
  if (!stored.journey.stages.some(({ key }) => key === body.stage)) {
    return { pointer: '/stage', code: 'unknown-stage', detail: `there is no ${body.stage}` };
  }
  if (HOUR % body.bucket !== 0) {
    return { pointer: '/bucket', code: 'unsupported-bucket', detail: 'does not divide an hour' };
  }
  if (body.bucketStart % body.bucket !== 0) {
    const detail = 'is not a multiple of the bucket from the epoch';
    return { pointer: '/bucketStart', code: 'unaligned-bucket', detail };
  }
  return await saveWarehouseMetric(sql, { ...body, version: stored.version }, receivedAt);
}
