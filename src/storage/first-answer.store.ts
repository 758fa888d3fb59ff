import type { FeatureRow } from '../core/features/feature-schema.js';
import type { Instant } from '../core/telemetry/time.js';
import { IS_CHOSEN } from './audit-queue.store.js';
import type { Sql } from './sql.js';
import { rows } from './sql.js';

/** The first answer about an episode on a stage, as it was logged. */
export interface FirstAnswer {
  readonly episodeId: string;
  readonly journey: string;
  readonly stage: string;
  readonly segment: string | null;
  readonly source: string;
  readonly incidentId: string | null;
  /** Whether people are asked about it, whatever its rank. */
  readonly isChosen: boolean;
  readonly asOf: Instant;
  readonly dueAt: Instant;
  readonly features: FeatureRow;
  readonly modelVersion: string;
  readonly probability: number;
  readonly priority: number;
}

/** A time as milliseconds: of very many rows dates take long to read. */
const millisOf = (column: string): string => `floor(extract(epoch FROM ${column}) * 1000)::float8`;

/** The first answers made before a moment, oldest first, with when their outcomes are due. */
export async function firstAnswers(
  sql: Sql,
  before: Instant,
  knownBy: Instant,
): Promise<FirstAnswer[]> {
  return await rows<FirstAnswer>(
    sql,
    `SELECT p.episode_id AS "episodeId", p.journey, p.stage, p.body->>'segment' AS segment, e.source,
       (SELECT min(ia.incident_id) FROM incident_anomaly ia
        WHERE ia.anomaly_id = p.anomaly_id AND ia.known_at <= $2) AS "incidentId",
       ${IS_CHOSEN} AS "isChosen", ${millisOf('p.as_of')} AS "asOf", ${millisOf('s.due_at')} AS "dueAt",
       p.features, p.model_version AS "modelVersion", p.probability, p.priority
     FROM prediction p JOIN episode e ON e.id = p.episode_id
     JOIN episode_stage s USING (episode_id, journey, stage)
     WHERE p.is_first AND p.as_of < $1 ORDER BY p.as_of, p.episode_id, p.journey, p.stage`,
    [new Date(before), new Date(knownBy)],
  );
}
