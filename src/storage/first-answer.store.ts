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

/** Which features are read: all of them, or what names the alert. */
export type FeaturesRead = 'all' | 'names';

const FEATURES: Readonly<Record<FeaturesRead, string>> = {
  all: 'p.features',
  names: `jsonb_build_object('rule', p.features->'rule', 'service', p.features->'service')`,
};

/** The first answers made before a moment, oldest first, with when their outcomes are due. */
export async function firstAnswers(
  sql: Sql,
  before: Instant,
  knownBy: Instant,
  features: FeaturesRead = 'all',
): Promise<FirstAnswer[]> {
  return await rows<FirstAnswer>(
    sql,
    `SELECT p.episode_id AS "episodeId", p.journey, p.stage, p.body->>'segment' AS segment, e.source,
       (SELECT min(ia.incident_id) FROM incident_anomaly ia
        WHERE ia.anomaly_id = p.anomaly_id AND ia.known_at <= $2) AS "incidentId",
       ${IS_CHOSEN} AS "isChosen", ${millisOf('p.as_of')} AS "asOf", ${millisOf('s.due_at')} AS "dueAt",
       ${FEATURES[features]} AS features, p.model_version AS "modelVersion", p.probability, p.priority
     FROM prediction p JOIN episode e ON e.id = p.episode_id
     JOIN episode_stage s USING (episode_id, journey, stage)
     WHERE p.is_first AND p.as_of < $1 ORDER BY p.as_of, p.episode_id, p.journey, p.stage`,
    [new Date(before), new Date(knownBy)],
  );
}

/** All features of some first answers, in their order. */
export async function featuresOfAnswers(
  sql: Sql,
  answers: readonly Pick<FirstAnswer, 'episodeId' | 'journey' | 'stage'>[],
): Promise<FeatureRow[]> {
  const found = await rows<{ features: FeatureRow }>(
    sql,
    `SELECT p.features
     FROM unnest($1::text[], $2::text[], $3::text[]) WITH ORDINALITY
       AS wanted (episode_id, journey, stage, place)
     JOIN prediction p USING (episode_id, journey, stage) WHERE p.is_first ORDER BY wanted.place`,
    [
      answers.map(({ episodeId }) => episodeId),
      answers.map(({ journey }) => journey),
      answers.map(({ stage }) => stage),
    ],
  );
  return found.map(({ features }) => features);
}
