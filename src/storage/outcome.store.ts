import type { Outcome } from '../core/outcomes/outcome.js';
import type { Instant } from '../core/telemetry/time.js';
import { canonical, contentKey } from './content-key.js';
import type { OutcomeRow, StoredOutcome } from './outcome-row.js';
import { storedOutcome } from './outcome-row.js';
import type { Sql } from './sql.js';
import { rows, run, timestamp } from './sql.js';

/** An outcome with the episode that it is of. */
export interface OutcomeOfEpisode extends StoredOutcome {
  readonly episodeId: string;
  /** Of the conversions expected in the horizon; null where it was not measured. */
  readonly relativeLoss: number | null;
}

interface EpisodeOutcomeRow extends OutcomeRow {
  readonly episode_id: string;
  readonly relative_loss: number | null;
}

const LOG_LOCK = 7_405_006;

/**
 * Until the caller's transaction ends nobody else appends: what it has read of outcomes stays so, and
 * revisions are committed in their order. Who has read up to one has seen all before it.
 */
export async function lockOutcomes(sql: Sql): Promise<void> {
  await run(sql, 'SELECT pg_advisory_xact_lock($1)', [LOG_LOCK]);
}

/**
 * Appends one outcome, inside the caller's transaction, which holds `lockOutcomes`. The same id with the
 * same content is a duplicate, with other content a conflict.
 */
export async function appendOutcome(
  sql: Sql,
  outcome: Outcome,
  { knownAt, relativeLoss }: { readonly knownAt: Instant; readonly relativeLoss: number | null },
): Promise<'stored' | 'duplicate' | 'conflict'> {
  const content = contentKey(canonical(outcome));
  const written = await rows(
    sql,
    `INSERT INTO outcome (id, anomaly_id, journey, stage, failure, failure_probability, failure_id,
       verdict, conversions_lost, interval_low, interval_high, mitigation, source, author,
       started_at, ended_at, supersedes, content, known_at, relative_loss,
       segment)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20,
       $21)
     ON CONFLICT (id) DO NOTHING RETURNING id`,
    [
      outcome.id,
      outcome.anomalyId,
      outcome.journey,
      outcome.stage,
      outcome.failure,
      outcome.failureProbability,
      outcome.failureId,
      outcome.verdict,
      outcome.conversionsLost,
      outcome.interval?.[0],
      outcome.interval?.[1],
      outcome.mitigation,
      outcome.source,
      outcome.author,
      timestamp(outcome.startedAt),
      timestamp(outcome.endedAt),
      outcome.supersedes,
      content,
      timestamp(knownAt),
      relativeLoss,
      outcome.segment,
    ],
  );
  if (written.length > 0) return 'stored';
  const [known] = await rows<{ content: string }>(
    sql,
    'SELECT content FROM outcome WHERE id = $1',
    [outcome.id],
  );
  return known?.content === content ? 'duplicate' : 'conflict';
}

/** SQL for the anomalies of the episode that holds an anomaly (SQL too): what is told of one is told of all. */
const sameEpisode = (anomalyId: string): string =>
  `(SELECT own.id FROM anomaly one JOIN anomaly own USING (episode_id) WHERE one.id = ${anomalyId})`;

/** Every outcome of the episode that holds an anomaly, oldest first. */
export async function outcomesOfAnomaly(sql: Sql, anomalyId: string): Promise<StoredOutcome[]> {
  const found = await rows<OutcomeRow>(
    sql,
    `SELECT * FROM outcome WHERE anomaly_id IN ${sameEpisode('$1')} ORDER BY revision`,
    [anomalyId],
  );
  return found.map(storedOutcome);
}

/** Where an outcome stands. */
export interface OutcomePlace {
  readonly journey: string;
  readonly stage: string;
  /** Null for a missed failure. */
  readonly episodeId: string | null;
}

/** Where those of these outcomes stand that are known, by id. */
export async function placesOfOutcomes(
  sql: Sql,
  ids: readonly string[],
): Promise<Map<string, OutcomePlace>> {
  const found = await rows<OutcomePlace & { readonly id: string }>(
    sql,
    `SELECT o.id, o.journey, o.stage, a.episode_id AS "episodeId"
     FROM outcome o LEFT JOIN anomaly a ON a.id = o.anomaly_id WHERE o.id = ANY($1::text[])`,
    [ids],
  );
  return new Map(found.map(({ id, ...place }) => [id, place]));
}

/** Every outcome of one episode's anomalies on one stage, oldest first. */
export async function outcomesOfEpisode(
  sql: Sql,
  place: { readonly episodeId: string; readonly journey: string; readonly stage: string },
): Promise<StoredOutcome[]> {
  const found = await rows<OutcomeRow>(
    sql,
    `SELECT o.* FROM outcome o JOIN anomaly a ON a.id = o.anomaly_id
     WHERE a.episode_id = $1 AND o.journey = $2 AND o.stage = $3 ORDER BY o.revision`,
    [place.episodeId, place.journey, place.stage],
  );
  return found.map(storedOutcome);
}

/** Every outcome of any anomaly known at a time, with the episode that it belongs to, oldest first. */
export async function outcomesByEpisode(sql: Sql, knownBy: Instant): Promise<OutcomeOfEpisode[]> {
  const found = await rows<EpisodeOutcomeRow>(
    sql,
    `SELECT o.*, a.episode_id FROM outcome o JOIN anomaly a ON a.id = o.anomaly_id
     WHERE o.known_at <= $1 ORDER BY o.revision`,
    [new Date(knownBy)],
  );
  return found.map((row) => ({
    ...storedOutcome(row),
    episodeId: row.episode_id,
    relativeLoss: row.relative_loss,
  }));
}

/** Which outcomes of the log are wanted; all where nothing is asked for. */
export interface OutcomeFilter {
  /** Those of its whole episode. */
  readonly anomalyId?: string | undefined;
  readonly journey?: string | undefined;
  readonly verdict?: Outcome['verdict'] | undefined;
}

/** Outcomes after a revision of the log, oldest first. */
export async function outcomesSince(
  sql: Sql,
  revision: number,
  limit: number,
  { anomalyId, journey, verdict }: OutcomeFilter = {},
): Promise<StoredOutcome[]> {
  const found = await rows<OutcomeRow>(
    sql,
    `SELECT * FROM outcome WHERE revision > $1 AND ($3::text IS NULL OR journey = $3)
       AND ($4::text IS NULL OR verdict = $4) AND ($5::text IS NULL OR anomaly_id IN ${sameEpisode('$5')})
     ORDER BY revision LIMIT $2`,
    [revision, limit, journey, verdict, anomalyId],
  );
  return found.map(storedOutcome);
}

/** What tells of a journey's missed failures and stands, oldest first. */
export async function standingMissed(sql: Sql, journey: string): Promise<StoredOutcome[]> {
  const found = await rows<OutcomeRow>(
    sql,
    `SELECT * FROM outcome WHERE journey = $1 AND verdict = 'missed'
       AND NOT EXISTS (SELECT 1 FROM outcome later WHERE later.supersedes = outcome.id)
     ORDER BY revision`,
    [journey],
  );
  return found.map(storedOutcome);
}

/** The measured failures of one stage that stood at a time and touch a stretch of time. */
export async function failuresOfStage(
  sql: Sql,
  stage: { readonly journey: string; readonly stage: string },
  range: { readonly from: Instant; readonly to: Instant; readonly knownBy: Instant },
): Promise<StoredOutcome[]> {
  const found = await rows<OutcomeRow>(
    sql,
    `SELECT * FROM outcome WHERE journey = $1 AND stage = $2 AND failure AND source = 'measured'
       AND started_at < $4 AND ended_at > $3 AND known_at <= $5
       AND NOT EXISTS (SELECT 1 FROM outcome later
         WHERE later.supersedes = outcome.id AND later.known_at <= $5) ORDER BY revision`,
    [stage.journey, stage.stage, new Date(range.from), new Date(range.to), new Date(range.knownBy)],
  );
  return found.map(storedOutcome);
}
