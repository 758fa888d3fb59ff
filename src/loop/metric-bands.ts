import type { Journey } from '../core/journeys/journey.js';
import type { Baseline } from '../core/outcomes/baseline.js';
import type { BaselineBand } from '../core/outcomes/baseline-band.js';
import { baselineBand } from '../core/outcomes/baseline-band.js';
import type { Duration, Instant } from '../core/telemetry/time.js';
import type { Sql } from '../storage/sql.js';
import type { Baselines } from './baselines.js';

/** A stage's bands; the same object as long as they are the same. */
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
    bands.push(keptBands(baseline, Math.max(bucket, baseline.width)));
  }
  return bands;
}

/** A baseline holds for a day and is asked for the same buckets again and again. */
const kept = new WeakMap<Baseline, Map<Duration, StageBands>>();

function keptBands(baseline: Baseline, length: Duration): StageBands {
  const byLength = kept.get(baseline) ?? new Map<Duration, StageBands>();
  kept.set(baseline, byLength);
  let bands = byLength.get(length);
  if (bands === undefined) byLength.set(length, (bands = stageBands(baseline, length)));
  return bands;
}

function stageBands(baseline: Baseline, length: Duration): StageBands {
  const known = new Map<Instant, BaselineBand>();
  return {
    history: baseline.history,
    band: (at) => {
      let band = known.get(at);
      if (band === undefined) known.set(at, (band = rounded(baselineBand(baseline, at, length))));
      return band;
    },
  };
}

const round = (value: number): number => Math.round(value * 10_000) / 10_000;

/** To four decimals: what is left out is far inside the interval, and half of the answer's length. */
function rounded(band: BaselineBand): BaselineBand {
  const [enteredLow, enteredHigh] = band.enteredInterval;
  const [convertedLow, convertedHigh] = band.convertedInterval;
  return {
    entered: round(band.entered),
    enteredInterval: [round(enteredLow), round(enteredHigh)],
    converted: round(band.converted),
    convertedInterval: [round(convertedLow), round(convertedHigh)],
    conversionRate: round(band.conversionRate),
  };
}
