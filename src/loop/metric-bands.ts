import type { Journey } from '../core/journeys/journey.js';
import type { Baseline } from '../core/outcomes/baseline.js';
import type { BaselineBand } from '../core/outcomes/baseline-band.js';
import { baselineBand } from '../core/outcomes/baseline-band.js';
import type { Duration, Instant } from '../core/telemetry/time.js';
import type { Sql } from '../storage/sql.js';
import type { Baselines } from './baselines.js';

/** A stage's bands. */
export interface StageBands {
  readonly history: Baseline['history'];
  readonly band: (bucketStart: Instant) => BaselineBand;
}

/** Which bands are asked for. */
export interface BandsRequest {
  readonly journey: Journey;
  readonly segment: string | null;
  readonly bucket: Duration;
  readonly now: Instant;
}

/** What each stage of a journey usually does, as known today; null where there is no history yet. */
export async function metricBands(
  sql: Sql,
  baselines: Baselines,
  { journey, segment, bucket, now }: BandsRequest,
): Promise<(StageBands | null)[]> {
  const bands: (StageBands | null)[] = [];
  for (const stageIndex of journey.stages.keys()) {
    const baseline = await baselines.of(sql, { journey, stageIndex, segment }, now);
    if (baseline === null) {
      bands.push(null);
      continue;
    }
    const length = Math.max(bucket, baseline.width);
    const band = (at: Instant): BaselineBand => baselineBand(baseline, at, length);
    bands.push({ history: baseline.history, band });
  }
  return bands;
}
