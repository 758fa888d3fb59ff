import type { Outcome } from '../core/outcomes/outcome.js';
import type { Anomaly, Labels } from '../core/telemetry/anomaly.js';
import type { Change } from '../core/telemetry/change.js';
import type { Instant } from '../core/telemetry/time.js';
import type { ToldOutcome } from '../core/outcomes/told-failures.js';
import type { Sql } from './sql.js';
import { millis, rows } from './sql.js';

/** A stage by name. */
export interface StagePlace {
  readonly journey: string;
  readonly stage: string;
}

/** A stretch of time, as known at a moment. */
export interface KnownRange {
  readonly from: Instant;
  readonly to: Instant;
  readonly knownBy: Instant;
}

interface ToldRow {
  readonly id: string;
  readonly anomaly_id: string | null;
  readonly journey: string;
  readonly stage: string;
  readonly failure: boolean | null;
  readonly failure_id: string | null;
  readonly verdict: Outcome['verdict'];
  readonly source: Outcome['source'];
  readonly conversions_lost: number | null;
  readonly mitigation: string | null;
  readonly started_at: Date | null;
  readonly ended_at: Date | null;
  readonly mitigated_at: Date | null;
}

/**
 * The outcomes of a stage that stood at a time, oldest first, those without a time of their own
 * too; each with when an incident of its episode was mitigated, as known then.
 */
export async function toldOutcomes(
  sql: Sql,
  { journey, stage }: StagePlace,
  { from, to, knownBy }: KnownRange,
): Promise<ToldOutcome[]> {
  const found = await rows<ToldRow>(
    sql,
    `SELECT o.id, o.anomaly_id, o.journey, o.stage, o.failure, o.failure_id, o.verdict, o.source,
       o.conversions_lost, o.mitigation, o.started_at, o.ended_at,
       (SELECT min(known.mitigated_at) FROM anomaly self
        JOIN anomaly other ON other.episode_id = self.episode_id
        JOIN incident_anomaly ia ON ia.anomaly_id = other.id AND ia.known_at <= $5
        CROSS JOIN LATERAL (
          SELECT to_timestamp((r.body->>'mitigatedAt')::float8 / 1000) AS mitigated_at
          FROM incident_revision r WHERE r.incident_id = ia.incident_id AND r.known_at <= $5
          ORDER BY r.known_at DESC, r.revision DESC LIMIT 1) known
        WHERE self.id = o.anomaly_id AND known.mitigated_at >= o.started_at
          AND known.mitigated_at <= o.ended_at + interval '10 minutes') AS mitigated_at
     FROM outcome o WHERE o.journey = $1 AND o.stage = $2 AND o.known_at <= $5
       AND (o.started_at IS NULL OR o.started_at < $4)
       AND (o.ended_at IS NULL OR o.ended_at > $3)
       AND (o.failure OR o.source <> 'measured')
       AND NOT EXISTS (SELECT 1 FROM outcome later
         WHERE later.supersedes = o.id AND later.known_at <= $5) ORDER BY o.revision`,
    [journey, stage, new Date(from), new Date(to), new Date(knownBy)],
  );
  return found.map((row) => ({
    id: row.id,
    anomalyId: row.anomaly_id ?? undefined,
    journey: row.journey,
    stage: row.stage,
    failure: row.failure,
    failureId: row.failure_id ?? undefined,
    verdict: row.verdict,
    source: row.source,
    conversionsLost: row.conversions_lost ?? undefined,
    mitigation: row.mitigation ?? undefined,
    startedAt: millis(row.started_at),
    endedAt: millis(row.ended_at),
    mitigatedAt: millis(row.mitigated_at) ?? null,
  }));
}

/** An episode of one rule, with what its anomalies told at a time. */
export interface RuleAlert {
  readonly startedAt: Instant;
  readonly endedAt: Instant | null;
  /** As last known: the values that a peak is taken of. */
  readonly anomalies: readonly Pick<Anomaly, 'peakValue' | 'threshold' | 'comparison'>[];
}

/** The episodes of a rule in a stretch of time, oldest first; all labels given must agree. */
export async function alertsOfRule(
  sql: Sql,
  { name, labels = {} }: { readonly name: string; readonly labels?: Labels | undefined },
  { from, to, knownBy }: KnownRange,
): Promise<RuleAlert[]> {
  const found = await rows<{
    started_at: Date;
    ended_at: Date | null;
    anomalies: RuleAlert['anomalies'];
  }>(
    sql,
    `SELECT e.started_at, CASE WHEN e.ended_known_at <= $5 THEN e.ended_at END AS ended_at,
       jsonb_agg(last.body ORDER BY a.started_at) AS anomalies
     FROM episode e JOIN anomaly a ON a.episode_id = e.id
     CROSS JOIN LATERAL (SELECT body FROM anomaly_revision r
       WHERE r.anomaly_id = a.id AND r.known_at <= $5 ORDER BY r.revision DESC LIMIT 1) last
     WHERE e.name = $1 AND e.started_at >= $3 AND e.started_at < $4 AND e.known_at <= $5
       AND (last.body->'labels') @> $2::jsonb
     GROUP BY e.id ORDER BY e.started_at, e.id`,
    [name, JSON.stringify(labels), new Date(from), new Date(to), new Date(knownBy)],
  );
  return found.map((row) => ({
    startedAt: millis(row.started_at),
    endedAt: millis(row.ended_at) ?? null,
    anomalies: row.anomalies,
  }));
}

/** The impact score that an episode's first prediction on a stage had, and when. */
export interface ScoredStart {
  readonly at: Instant;
  readonly endedAt: Instant | null;
  readonly impactScore: number;
}

/** The first predictions of a stage in a stretch of time, oldest first. */
export async function impactScores(
  sql: Sql,
  { journey, stage }: StagePlace,
  { from, to, knownBy }: KnownRange,
): Promise<ScoredStart[]> {
  const found = await rows<{ as_of: Date; ended_at: Date | null; score: number }>(
    sql,
    `SELECT p.as_of, CASE WHEN e.ended_known_at <= $5 THEN e.ended_at END AS ended_at,
       (p.body->>'impactScore')::float8 AS score
     FROM prediction p JOIN episode e ON e.id = p.episode_id
     WHERE p.is_first AND p.journey = $1 AND p.stage = $2 AND p.as_of >= $3 AND p.as_of < $4
       AND p.as_of <= $5 ORDER BY p.as_of, p.episode_id`,
    [journey, stage, new Date(from), new Date(to), new Date(knownBy)],
  );
  return found.map((row) => ({
    at: row.as_of.getTime(),
    endedAt: millis(row.ended_at) ?? null,
    impactScore: row.score,
  }));
}

/** A change and when it became known. */
export interface KnownChange {
  readonly change: Change;
  readonly knownAt: Instant;
}

/** The changes that happened and became known after a moment, oldest first. */
export async function changesSince(
  sql: Sql,
  moment: Instant,
  until: Instant,
): Promise<KnownChange[]> {
  const found = await rows<{ body: Change; known_at: Date }>(
    sql,
    `SELECT body, known_at FROM change WHERE occurred_at > $1 AND occurred_at <= $2
       AND known_at > $1 ORDER BY occurred_at, id LIMIT 5000`,
    [new Date(moment), new Date(until)],
  );
  return found.map((row) => ({ change: row.body, knownAt: row.known_at.getTime() }));
}
