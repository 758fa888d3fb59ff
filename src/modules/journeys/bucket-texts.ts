import type { StageMetric } from '../../core/journeys/stage-metrics.js';
import type { BaselineBand } from '../../core/outcomes/baseline-band.js';
import type { Instant } from '../../core/telemetry/time.js';
import { formatInstant } from '../../wire/instant.js';

interface Kept {
  readonly metric: StageMetric;
  readonly baseline: BaselineBand | null;
  readonly text: string;
}

/** Buckets that are kept at most, about a kilobyte each. */
const MOST_KEPT = 50_000;

/**
 * Buckets of stage metrics as JSON. A chart asks for thousands of them again and again, of which few
 * have changed: writing them is what such an answer costs, so each is kept until it reads otherwise.
 */
export class BucketTexts {
  private readonly places = new Map<string, Map<Instant, Kept>>();
  /** How many are kept. */
  size = 0;

  /** @param place journey, stage, segment and length of the bucket. */
  of(place: string, metric: StageMetric, baseline: BaselineBand | null): string {
    let kept = this.places.get(place);
    if (kept === undefined) this.places.set(place, (kept = new Map<Instant, Kept>()));
    const known = kept.get(metric.bucketStart);
    if (known?.baseline === baseline && isSame(known.metric, metric)) return known.text;
    const text = JSON.stringify(written(metric, baseline));
    if (known === undefined) this.size += 1;
    kept.set(metric.bucketStart, { metric, baseline, text });
    if (this.size > MOST_KEPT) {
      this.places.clear();
      this.size = 0;
    }
    return text;
  }
}

/** Whether all that is written of a bucket is the same. */
function isSame(one: StageMetric, other: StageMetric): boolean {
  return hasSameCounts(one, other) && hasSameTimes(one, other) && hasSameScores(one, other);
}

function hasSameCounts(one: StageMetric, other: StageMetric): boolean {
  return (
    one.conversionRate === other.conversionRate &&
    one.mature.entered === other.mature.entered &&
    one.mature.converted === other.mature.converted &&
    one.mature.dropped === other.mature.dropped &&
    one.immature.entered === other.immature.entered &&
    one.immature.converted === other.immature.converted
  );
}

function hasSameTimes(
  { secondsToConvert: one }: StageMetric,
  { secondsToConvert: other }: StageMetric,
): boolean {
  if (one === null || other === null) return one === other;
  return one.mean === other.mean && one.median === other.median && one.p90 === other.p90;
}

function hasSameScores(one: StageMetric, other: StageMetric): boolean {
  return isSameScore(one.csat, other.csat) && isSameScore(one.nps, other.nps);
}

interface Score {
  readonly count: number;
  readonly mean: number;
  /** Of NPS alone. */
  readonly score?: number;
}

function isSameScore(one: Score | null, other: Score | null): boolean {
  if (one === null || other === null) return one === other;
  return one.count === other.count && one.mean === other.mean && one.score === other.score;
}

function written(metric: StageMetric, baseline: BaselineBand | null): object {
  return {
    bucketStart: formatInstant(metric.bucketStart),
    entered: metric.entered,
    mature: metric.mature,
    immature: metric.immature,
    conversionRate: metric.conversionRate,
    dropOff: metric.dropOff,
    secondsToConvert: metric.secondsToConvert,
    csat: metric.csat,
    nps: metric.nps,
    baseline,
  };
}
