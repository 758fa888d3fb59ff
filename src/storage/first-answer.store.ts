import type { FeatureRow } from '../core/features/feature-schema.js';
import type { Prediction } from '../core/scoring/prediction.js';
import type { Instant } from '../core/telemetry/time.js';
import { IS_CHOSEN } from './audit-queue.store.js';
import type { Sql } from './sql.js';
import { millis, rows } from './sql.js';

/** The first answer about an episode on a stage, as it was logged. */
export interface FirstAnswer {
  readonly episodeId: string;
  readonly journey: string;
  readonly stage: string;
  readonly source: string;
  readonly incidentId: string | null;
  /** Whether people are asked about it, whatever its rank. */
  readonly isChosen: boolean;
  readonly asOf: Instant;
  readonly dueAt: Instant;
  readonly features: FeatureRow;
  readonly prediction: Prediction;
}

/** The first answers made before a moment, oldest first, with when their outcomes are due. */
export async function firstAnswers(
  sql: Sql,
  before: Instant,
  knownBy: Instant,
): Promise<FirstAnswer[]> {
  const found = await rows<{
    episode_id: string;
    journey: string;
    stage: string;
    source: string;
    incident_id: string | null;
    is_chosen: boolean;
    as_of: Date;
    due_at: Date;
    features: FeatureRow;
    body: Prediction;
  }>(
    sql,
    `SELECT p.episode_id, p.journey, p.stage, e.source, p.as_of, s.due_at, p.features, p.body,
       ${IS_CHOSEN} AS is_chosen,
       (SELECT min(ia.incident_id) FROM incident_anomaly ia
        WHERE ia.anomaly_id = p.anomaly_id AND ia.known_at <= $2) AS incident_id
     FROM prediction p JOIN episode e ON e.id = p.episode_id
     JOIN episode_stage s USING (episode_id, journey, stage)
     WHERE p.is_first AND p.as_of < $1 ORDER BY p.as_of, p.episode_id, p.journey, p.stage`,
    [new Date(before), new Date(knownBy)],
  );
  return found.map((row) => ({
    episodeId: row.episode_id,
    journey: row.journey,
    stage: row.stage,
    source: row.source,
    incidentId: row.incident_id,
    isChosen: row.is_chosen,
    asOf: millis(row.as_of),
    dueAt: millis(row.due_at),
    features: row.features,
    prediction: row.body,
  }));
}
