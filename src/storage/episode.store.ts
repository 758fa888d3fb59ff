import type { Severity } from '../core/telemetry/anomaly.js';
import type { Episode } from '../core/telemetry/episode.js';
import type { Duration, Instant } from '../core/telemetry/time.js';
import type { Sql } from './sql.js';
import { millis, rows, run } from './sql.js';

/** An episode as it is kept; the ids of its anomalies are not read with it. */
export interface StoredEpisode extends Omit<Episode, 'anomalyIds'> {
  readonly name: string;
  readonly service: string | null;
  readonly severity: Severity;
  readonly endedKnownAt: Instant | null;
  readonly knownAt: Instant;
}

/** A stage that an episode is mapped to; due once its outcome can be measured. */
export interface EpisodeStage {
  readonly episodeId: string;
  readonly journey: string;
  readonly version: number;
  readonly stage: string;
  readonly relevance: number;
  readonly horizon: Duration;
  readonly dueAt: Instant;
}

interface EpisodeRow {
  readonly id: string;
  readonly source: string;
  readonly fingerprint: string;
  readonly name: string;
  readonly service: string | null;
  readonly severity: Severity;
  readonly started_at: Date;
  readonly last_seen_at: Date;
  readonly ended_at: Date | null;
  readonly ended_known_at: Date | null;
  readonly repeats: number;
  readonly known_at: Date;
}

function stored(row: EpisodeRow): StoredEpisode {
  const { started_at, last_seen_at, ended_at, ended_known_at, known_at, ...rest } = row;
  return {
    ...rest,
    startedAt: millis(started_at),
    lastSeenAt: millis(last_seen_at),
    endedAt: millis(ended_at) ?? null,
    endedKnownAt: millis(ended_known_at) ?? null,
    knownAt: millis(known_at),
  };
}

const COLUMNS = `id, source, fingerprint, name, service, severity, started_at, last_seen_at, ended_at,
  ended_known_at, repeats, known_at`;

/** The latest episode of each (source, fingerprint). */
export async function latestEpisodes(
  sql: Sql,
  keys: readonly { source: string; fingerprint: string }[],
): Promise<StoredEpisode[]> {
  const found = await rows<EpisodeRow>(
    sql,
    `SELECT e.* FROM (SELECT DISTINCT source, fingerprint
         FROM unnest($1::text[], $2::text[]) AS t (source, fingerprint)) k
     CROSS JOIN LATERAL (SELECT ${COLUMNS} FROM episode
       WHERE episode.source = k.source AND episode.fingerprint = k.fingerprint
       ORDER BY started_at DESC LIMIT 1) e`,
    [keys.map((key) => key.source), keys.map((key) => key.fingerprint)],
  );
  return found.map(stored);
}

/** The episodes with these ids, by id. */
export async function episodesById(
  sql: Sql,
  ids: readonly string[],
): Promise<Map<string, StoredEpisode>> {
  const found = await rows<EpisodeRow>(
    sql,
    `SELECT ${COLUMNS} FROM episode WHERE id = ANY($1::text[])`,
    [ids],
  );
  return new Map(found.map((row) => [row.id, stored(row)]));
}

/** Writes episodes as they stand now. */
export async function saveEpisodes(sql: Sql, episodes: readonly StoredEpisode[]): Promise<void> {
  if (episodes.length === 0) return;
  await run(
    sql,
    `INSERT INTO episode (${COLUMNS})
     SELECT id, source, fingerprint, name, service, severity, to_timestamp("startedAt" / 1000),
       to_timestamp("lastSeenAt" / 1000), to_timestamp("endedAt" / 1000),
       to_timestamp("endedKnownAt" / 1000), repeats, to_timestamp("knownAt" / 1000)
     FROM jsonb_to_recordset($1::jsonb) AS t (id text, source text, fingerprint text, name text,
       service text, severity text, "startedAt" float8, "lastSeenAt" float8, "endedAt" float8,
       "endedKnownAt" float8, repeats int, "knownAt" float8)
     ON CONFLICT (id) DO UPDATE SET last_seen_at = excluded.last_seen_at, ended_at = excluded.ended_at,
       ended_known_at = excluded.ended_known_at, repeats = excluded.repeats`,
    [JSON.stringify(episodes)],
  );
}

/** Writes the stages that new episodes are mapped to. */
export async function saveEpisodeStages(sql: Sql, stages: readonly EpisodeStage[]): Promise<void> {
  if (stages.length === 0) return;
  await run(
    sql,
    `INSERT INTO episode_stage (episode_id, journey, version, stage, relevance, horizon_seconds, due_at)
     SELECT "episodeId", journey, version, stage, relevance, horizon / 1000,
       to_timestamp("dueAt" / 1000)
     FROM jsonb_to_recordset($1::jsonb) AS t ("episodeId" text, journey text, version int, stage text,
       relevance float8, horizon float8, "dueAt" float8)
     ON CONFLICT DO NOTHING`,
    [JSON.stringify(stages)],
  );
}

/** An episode whose outcome on one stage can be measured. */
export interface DueOutcome extends EpisodeStage {
  readonly anomaly: { readonly name: string; readonly service: string | null };
  readonly segment: string | null;
  readonly startedAt: Instant;
  /** When an incident that holds the episode was mitigated, as known when it became due. */
  readonly mitigatedAt: Instant | null;
}

interface DueRow {
  readonly episode_id: string;
  readonly journey: string;
  readonly version: number;
  readonly stage: string;
  readonly relevance: number;
  readonly horizon_seconds: number;
  readonly due_at: Date;
  readonly name: string;
  readonly service: string | null;
  readonly segment: string | null;
  readonly started_at: Date;
  readonly mitigated_at: Date | null;
}

/**
 * SQL for when an incident that holds an episode `e` was mitigated, as known at a moment (SQL too):
 * what began later is not measured.
 */
export const mitigatedAt = (knownBy: string): string => `(
  SELECT min(known.mitigated_at) FROM incident_anomaly ia CROSS JOIN LATERAL (
    SELECT to_timestamp((r.body->>'mitigatedAt')::float8 / 1000) AS mitigated_at
    FROM incident_revision r WHERE r.incident_id = ia.incident_id AND r.known_at <= ${knownBy}
    ORDER BY r.known_at DESC, r.revision DESC LIMIT 1) known
  WHERE ia.anomaly_id IN (SELECT id FROM anomaly WHERE episode_id = e.id)
    AND ia.known_at <= ${knownBy} AND known.mitigated_at >= e.started_at)`;

const MEASURING_LOCK = 7_405_010;

/**
 * The oldest unmeasured outcomes that are due. Until the caller's transaction ends whoever else asks
 * waits, so that none is measured twice and who finds none left knows that all are.
 */
export async function dueOutcomes(sql: Sql, asOf: Instant, limit: number): Promise<DueOutcome[]> {
  await run(sql, 'SELECT pg_advisory_xact_lock($1)', [MEASURING_LOCK]);
  const found = await rows<DueRow>(
    sql,
    `SELECT s.episode_id, s.journey, s.version, s.stage, s.relevance, s.horizon_seconds, s.due_at,
       e.name, e.service, a.body->>'segment' AS segment, e.started_at,
       ${mitigatedAt('s.due_at')} AS mitigated_at
     FROM episode_stage s JOIN episode e ON e.id = s.episode_id JOIN anomaly a ON a.id = e.id
     WHERE s.measured_at IS NULL AND s.due_at <= to_timestamp($1 / 1000.0)
     ORDER BY s.due_at, s.episode_id, s.journey, s.stage LIMIT $2`,
    [asOf, limit],
  );
  return found.map((row) => ({
    episodeId: row.episode_id,
    journey: row.journey,
    version: row.version,
    stage: row.stage,
    relevance: row.relevance,
    horizon: row.horizon_seconds * 1000,
    dueAt: millis(row.due_at),
    anomaly: { name: row.name, service: row.service },
    segment: row.segment,
    startedAt: millis(row.started_at),
    mitigatedAt: millis(row.mitigated_at) ?? null,
  }));
}

/** Marks outcomes as measured. */
export async function markMeasured(sql: Sql, due: readonly EpisodeStage[]): Promise<void> {
  await run(
    sql,
    `UPDATE episode_stage SET measured_at = due_at
     FROM unnest($1::text[], $2::text[], $3::text[]) AS t (e, j, s)
     WHERE episode_id = e AND journey = j AND stage = s`,
    [due.map((one) => one.episodeId), due.map((one) => one.journey), due.map((one) => one.stage)],
  );
}

/** The stages (`journey/stage`) that an episode is mapped to. */
export async function stagesOfEpisode(sql: Sql, episodeId: string): Promise<ReadonlySet<string>> {
  const found = await rows<{ stage: string }>(
    sql,
    `SELECT journey || '/' || stage AS stage FROM episode_stage WHERE episode_id = $1`,
    [episodeId],
  );
  return new Set(found.map((row) => row.stage));
}

/** The newest anomaly of each episode that is open at a moment. */
export async function openEpisodeIds(sql: Sql, now: Instant): Promise<string[]> {
  const found = await rows<{ id: string }>(
    sql,
    `SELECT id FROM episode WHERE ended_at IS NULL AND started_at > $1::timestamptz - interval '1 day'
       AND started_at <= $1`,
    [new Date(now)],
  );
  return found.map((row) => row.id);
}
