import type { Prediction } from '../core/scoring/prediction.js';
import type { Anomaly } from '../core/telemetry/anomaly.js';
import type { Instant } from '../core/telemetry/time.js';
import type { Sql } from './sql.js';
import { rows } from './sql.js';

/** What the queue may be asked. */
export interface QueueQuery {
  readonly journey?: string | undefined;
  readonly stage?: string | undefined;
  readonly minPriority?: number | undefined;
  readonly state?: 'open' | 'ended' | undefined;
  readonly sort: '-priority' | '-startedAt';
  readonly limit: number;
  /** The last row of the page before. */
  readonly after?: { readonly at: number; readonly id: string } | undefined;
  readonly now: Instant;
}

/** One episode in the queue, with its latest answers, highest priority first. */
export interface QueueRow {
  readonly id: string;
  readonly anomaly: Anomaly;
  readonly repeats: number;
  readonly endedAt: Date | null;
  readonly open: boolean;
  /** What the queue is sorted by. */
  readonly place: number;
  /** The highest on the stages that are asked for. */
  readonly priority: number | null;
  readonly predictions: readonly Prediction[];
}

const PLACES = {
  '-priority': 'coalesce(m.priority, -1)',
  '-startedAt': 'extract(epoch FROM e.started_at)::float8',
};

/** An episode that never said it ended counts as open for a day. */
const OPEN = `(e.ended_at IS NULL AND e.started_at > $1::timestamptz - interval '1 day')`;

const ALL = `SELECT id AS episode_id, top_priority AS priority FROM episode
  WHERE coalesce($2::text, $3::text) IS NULL`;

/** Episodes on the stages that are asked for, each with its highest priority there. */
const ON_STAGES = `SELECT episode_id, max(priority) AS priority FROM episode_stage
  WHERE ($2::text IS NULL OR journey = $2) AND ($3::text IS NULL OR stage = $3) GROUP BY episode_id`;

/**
 * A page of the ranked queue, by the highest priority on the stages that are asked for. Episodes that
 * touch no stage have no priority and come last.
 */
export async function anomalyQueue(sql: Sql, query: QueueQuery): Promise<QueueRow[]> {
  const place = PLACES[query.sort];
  const matching = query.journey === undefined && query.stage === undefined ? ALL : ON_STAGES;
  return await rows<QueueRow>(
    sql,
    `WITH page AS (
       SELECT e.id, e.repeats, e.ended_at, ${OPEN} AS open, ${place} AS place, m.priority
       FROM episode e JOIN (${matching}) m ON m.episode_id = e.id
       WHERE ($4::float8 IS NULL OR m.priority >= $4)
         AND ($5::text IS NULL OR ($5 = 'open') = ${OPEN})
         AND ($6::float8 IS NULL OR (${place}, e.id) < ($6, $7))
       ORDER BY place DESC, e.id DESC LIMIT $8)
     SELECT e.id, a.body AS anomaly, e.repeats, e.ended_at AS "endedAt", e.open, e.place, e.priority,
       coalesce((SELECT jsonb_agg(p.body ORDER BY p.priority DESC, p.journey, p.stage) FROM (
         SELECT DISTINCT ON (journey, stage) body, priority, journey, stage FROM prediction
         WHERE episode_id = e.id ORDER BY journey, stage, id DESC) p), '[]') AS predictions
     FROM page e JOIN anomaly a ON a.id = e.id ORDER BY e.place DESC, e.id DESC`,
    [
      new Date(query.now),
      query.journey,
      query.stage,
      query.minPriority,
      query.state,
      query.after?.at,
      query.after?.id,
      query.limit,
    ],
  );
}

/** A past episode on the same stage, with what it did. */
export interface SimilarEpisode {
  readonly id: string;
  readonly name: string;
  readonly service: string | null;
  readonly startedAt: Date;
  readonly journey: string;
  readonly stage: string;
  readonly failure: boolean | null;
  readonly conversionsLost: number | null;
}

/** Earlier episodes of the same rule or service on the same stages whose outcome is known, the most alike and latest first. */
export async function similarEpisodes(
  sql: Sql,
  episodeId: string,
  limit: number,
): Promise<SimilarEpisode[]> {
  return await rows<SimilarEpisode>(
    sql,
    `SELECT e.id, e.name, e.service, e.started_at AS "startedAt", o.journey, o.stage, o.failure,
       o.conversions_lost AS "conversionsLost"
     FROM episode self JOIN episode_stage mine ON mine.episode_id = self.id
     JOIN outcome o ON o.journey = mine.journey AND o.stage = mine.stage AND o.source = 'measured'
     JOIN episode e ON e.id = o.anomaly_id
     WHERE self.id = $1 AND e.id <> self.id AND e.started_at < self.started_at
       AND o.known_at <= self.known_at AND (e.name = self.name OR e.service = self.service)
     ORDER BY (e.name = self.name AND e.service = self.service) DESC NULLS LAST,
       e.started_at DESC, o.journey, o.stage LIMIT $2`,
    [episodeId, limit],
  );
}
