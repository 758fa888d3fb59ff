import type { Outcome } from '../core/outcomes/outcome.js';
import type { Instant } from '../core/telemetry/time.js';
import { millis } from './sql.js';

/** An outcome with its place in the append-only log and when it became known. */
export interface StoredOutcome extends Outcome {
  readonly revision: number;
  readonly knownAt: Instant;
}

/** What the table keeps of an outcome. */
export interface OutcomeRow {
  readonly revision: string;
  readonly id: string;
  readonly anomaly_id: string | null;
  readonly journey: string;
  readonly stage: string;
  readonly segment: string | null;
  readonly failure: boolean | null;
  readonly failure_probability: number | null;
  readonly failure_id: string | null;
  readonly verdict: Outcome['verdict'];
  readonly conversions_lost: number | null;
  readonly interval_low: number | null;
  readonly interval_high: number | null;
  readonly mitigation: string | null;
  readonly source: Outcome['source'];
  readonly author: string | null;
  readonly started_at: Date | null;
  readonly ended_at: Date | null;
  readonly supersedes: string | null;
  readonly known_at: Date;
}

function intervalOf(row: OutcomeRow): readonly [number, number] | undefined {
  if (row.interval_low === null || row.interval_high === null) return undefined;
  return [row.interval_low, row.interval_high];
}

/** An outcome as it was appended. */
export function storedOutcome(row: OutcomeRow): StoredOutcome {
  return {
    id: row.id,
    anomalyId: row.anomaly_id ?? undefined,
    journey: row.journey,
    stage: row.stage,
    segment: row.segment ?? undefined,
    failure: row.failure,
    failureProbability: row.failure_probability ?? undefined,
    failureId: row.failure_id ?? undefined,
    verdict: row.verdict,
    conversionsLost: row.conversions_lost ?? undefined,
    interval: intervalOf(row),
    mitigation: row.mitigation ?? undefined,
    source: row.source,
    author: row.author ?? undefined,
    startedAt: millis(row.started_at),
    endedAt: millis(row.ended_at),
    supersedes: row.supersedes ?? undefined,
    revision: Number(row.revision),
    knownAt: millis(row.known_at),
  };
}
