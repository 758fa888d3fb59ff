import type { FeatureRow } from '../core/features/feature-schema.js';
import type { Prediction } from '../core/scoring/prediction.js';
import type { Instant } from '../core/telemetry/time.js';
import type { Sql } from './sql.js';
import { rows, run } from './sql.js';

/** An answer with the features that it was made of. */
export interface ScoredEpisode {
  readonly episodeId: string;
  readonly features: FeatureRow;
  readonly prediction: Prediction;
  /** Whether somebody was answered with it; a rescoring in the background is logged too. */
  readonly answered: boolean;
  /** What the challenger would have answered. */
  readonly shadow?: ShadowAnswer | undefined;
}

/** A silent answer. */
export interface ShadowAnswer {
  readonly version: string;
  readonly probability: number;
}

/** Logs predictions with their features. The first of an episode and stage is the one that reports judge. */
export async function savePredictions(sql: Sql, scored: readonly ScoredEpisode[]): Promise<void> {
  if (scored.length === 0) return;
  const lines = scored.map(({ episodeId, features, prediction, answered, shadow }) => ({
    episodeId,
    features,
    answered,
    shadow,
    body: prediction,
  }));
  await run(
    sql,
    `WITH input AS (
       SELECT *, row_number() OVER (PARTITION BY "episodeId", body->>'journey', body->>'stage') AS place
       FROM jsonb_to_recordset($1::jsonb)
         AS t ("episodeId" text, features jsonb, body jsonb, answered boolean, shadow jsonb)
     )
     INSERT INTO prediction (anomaly_id, episode_id, journey, stage, as_of, features, body,
       probability, priority, model_version, is_first, answered, shadow_version, shadow_probability)
     SELECT body->>'anomalyId', "episodeId", body->>'journey', body->>'stage',
       to_timestamp((body->>'featuresAsOf')::float8 / 1000), features, body,
       (body->>'probability')::float8, (body->'priority'->>'value')::float8, body->>'modelVersion',
       place = 1 AND NOT EXISTS (SELECT 1 FROM prediction p WHERE p.is_first
         AND p.episode_id = input."episodeId" AND p.journey = body->>'journey'
         AND p.stage = body->>'stage'), answered,
       shadow->>'version', (shadow->>'probability')::float8
     FROM input`,
    [JSON.stringify(lines)],
  );
  await run(
    sql,
    `UPDATE episode SET top_priority = top.priority FROM (
       SELECT "episodeId" AS id, max((body->'priority'->>'value')::float8) AS priority
       FROM jsonb_to_recordset($1::jsonb) AS t ("episodeId" text, body jsonb) GROUP BY 1) top
     WHERE episode.id = top.id`,
    [JSON.stringify(lines)],
  );
  await run(
    sql,
    `UPDATE episode_stage SET priority = latest.priority FROM (
       SELECT "episodeId" AS id, body->>'journey' AS journey, body->>'stage' AS stage,
         max((body->'priority'->>'value')::float8) AS priority
       FROM jsonb_to_recordset($1::jsonb) AS t ("episodeId" text, body jsonb) GROUP BY 1, 2, 3) latest
     WHERE episode_stage.episode_id = latest.id AND episode_stage.journey = latest.journey
       AND episode_stage.stage = latest.stage`,
    [JSON.stringify(lines)],
  );
}

/** The latest prediction of each anomaly and stage, highest priority first. */
export async function predictionsOf(
  sql: Sql,
  anomalyIds: readonly string[],
): Promise<Map<string, Prediction[]>> {
  const found = await rows<{ anomaly_id: string; body: Prediction }>(
    sql,
    `SELECT anomaly_id, body FROM (
       SELECT DISTINCT ON (anomaly_id, journey, stage) anomaly_id, body, priority, journey, stage
       FROM prediction WHERE anomaly_id = ANY($1::text[])
       ORDER BY anomaly_id, journey, stage, id DESC) latest
     ORDER BY priority DESC, journey, stage`,
    [anomalyIds],
  );
  const byAnomaly = new Map<string, Prediction[]>();
  for (const row of found) {
    byAnomaly.set(row.anomaly_id, [...(byAnomaly.get(row.anomaly_id) ?? []), row.body]);
  }
  return byAnomaly;
}

/** One row to learn from: the features of an episode's first prediction on a stage. */
export interface LoggedFeatures {
  readonly anomalyId: string;
  readonly episodeId: string;
  readonly journey: string;
  readonly stage: string;
  readonly asOf: Instant;
  readonly features: FeatureRow;
  readonly prediction: Prediction;
  /** The incident that holds the episode, if one does: rows of one incident stay together. */
  readonly incidentId: string | null;
}

/** The first predictions made up to a time, oldest first, with what was known then. */
export async function firstPredictions(sql: Sql, asOf: Instant): Promise<LoggedFeatures[]> {
  const found = await rows<{
    anomaly_id: string;
    episode_id: string;
    journey: string;
    stage: string;
    as_of: Date;
    features: FeatureRow;
    body: Prediction;
    incident_id: string | null;
  }>(
    sql,
    `SELECT p.anomaly_id, p.episode_id, p.journey, p.stage, p.as_of, p.features, p.body,
       (SELECT min(ia.incident_id) FROM incident_anomaly ia
        WHERE ia.anomaly_id = p.anomaly_id AND ia.known_at <= $1) AS incident_id
     FROM prediction p WHERE p.is_first AND p.as_of <= $1
     ORDER BY p.as_of, p.episode_id, p.journey, p.stage`,
    [new Date(asOf)],
  );
  return found.map((row) => ({
    anomalyId: row.anomaly_id,
    episodeId: row.episode_id,
    journey: row.journey,
    stage: row.stage,
    asOf: row.as_of.getTime(),
    features: row.features,
    prediction: row.body,
    incidentId: row.incident_id,
  }));
}
