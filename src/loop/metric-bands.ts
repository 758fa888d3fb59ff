import type { DataSource } from 'typeorm';

import type { Journey } from '../core/journeys/journey.js';
import type { Baseline } from '../core/outcomes/baseline.js';
import type { BaselineBand } from '../core/outcomes/baseline-band.js';
import { baselineBands } from '../core/outcomes/baseline-band.js';
import type { Duration, Instant } from '../core/telemetry/time.js';
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
  source: DataSource,
  baselines: Baselines,
  { journey, segment, bucket, now }: BandsRequest,
): Promise<(StageBands | null)[]> {
  const found = await Promise.all(
    journey.stages.map((_, stageIndex) =>
      baselines.of(source.manager, { journey, stageIndex, segment }, now),
    ),
  );
  return found.map((baseline) => baseline && keptBands(baseline, Math.max(bucket, baseline.width)));
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
  const bandAt = baselineBands(baseline, length);
  const known = new Map<Instant, BaselineBand>();
  return {
    history: baseline.history,
    band: (at) => {
      let band = known.get(at);
      if (band === undefined) known.set(at, (band = rounded(bandAt(at))));
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
