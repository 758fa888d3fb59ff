import type { Instant } from '../core/telemetry/time.js';
import type { MappedEpisode } from '../core/outcomes/missed-failures.js';
import { mitigatedAt } from './episode.store.js';
import type { Sql } from './sql.js';
import { millis, rows } from './sql.js';

/** The last day that each round of searching has seen, by round. */
export async function searchedDays(sql: Sql): Promise<ReadonlyMap<number, Instant>> {
  const found = await rows<{ round: number; day: Date }>(sql, 'SELECT * FROM missed_search');
  return new Map(found.map(({ round, day }) => [round, millis(day)]));
}

/** Claims a day for a round until the transaction ends; false where it has been searched already. */
export async function claimDay(sql: Sql, round: number, day: Instant): Promise<boolean> {
  const claimed = await rows(
    sql,
    `INSERT INTO missed_search (round, day) VALUES ($1, $2)
     ON CONFLICT (round) DO UPDATE SET day = excluded.day WHERE missed_search.day < excluded.day
     RETURNING round`,
    [round, new Date(day)],
  );
  return claimed.length > 0;
}

/** When the first and the last bucket of these stages begin; null where nothing is known. */
export async function extentOfMetrics(
  sql: Sql,
  stages: readonly { readonly journey: string; readonly stage: string }[],
): Promise<{ readonly from: Instant; readonly to: Instant } | null> {
  const [found] = await rows<{ from: Date | null; to: Date | null }>(
    sql,
    `SELECT min(m.first) AS "from", max(m.last) AS "to"
     FROM unnest($1::text[], $2::text[]) AS k (journey, stage) CROSS JOIN LATERAL (
       SELECT (SELECT bucket_start FROM stage_metric_change c
           WHERE c.journey = k.journey AND c.stage = k.stage
           ORDER BY c.journey, c.stage, c.bucket_start LIMIT 1) AS first,
         (SELECT bucket_start FROM stage_metric_change c
           WHERE c.journey = k.journey AND c.stage = k.stage
           ORDER BY c.journey DESC, c.stage DESC, c.bucket_start DESC LIMIT 1) AS last) m`,
    [stages.map(({ journey }) => journey), stages.map(({ stage }) => stage)],
  );
  if (found?.from == null || found.to === null) return null;
  return { from: millis(found.from), to: millis(found.to) };
}

interface MappedRow {
  readonly journey: string;
  readonly stage: string;
  readonly segment: string | null;
  readonly from: Date;
  readonly to: Date;
}

/** How many of each segment entered a stage over a stretch of time, as known at its end. */
export async function enteredBySegment(
  sql: Sql,
  { journey, stage }: { readonly journey: string; readonly stage: string },
  range: { readonly from: Instant; readonly to: Instant },
): Promise<ReadonlyMap<string, number>> {
  const found = await rows<{ segment: string; entered: number }>(
    sql,
    `SELECT segment, sum(entered)::float8 AS entered FROM stage_metric_change
     WHERE journey = $1 AND stage = $2 AND bucket_start >= $3 AND bucket_start < $4
       AND known_at <= $4
     GROUP BY segment`,
    [journey, stage, new Date(range.from), new Date(range.to)],
  );
  return new Map(found.map(({ segment, entered }) => [segment, entered]));
}

/**
 * The episodes, known at a time, whose windows on any stage touch a stretch of time. A window ends
 * with the mitigation, as its measurement did.
 */
export async function mappedEpisodes(
  sql: Sql,
  range: { readonly from: Instant; readonly to: Instant; readonly knownBy: Instant },
): Promise<MappedEpisode[]> {
  const found = await rows<MappedRow>(
    sql,
    `SELECT s.journey, s.stage, a.body->>'segment' AS segment, e.started_at AS "from",
       least(e.started_at + make_interval(secs => s.horizon_seconds),
         ${mitigatedAt('least(s.due_at, $3)')}) AS "to"
     FROM episode e JOIN episode_stage s ON s.episode_id = e.id JOIN anomaly a ON a.id = e.id
     WHERE e.started_at < $2 AND e.started_at > $1::timestamptz - interval '7 days'
       AND e.started_at + make_interval(secs => s.horizon_seconds) > $1 AND e.known_at <= $3`,
    [new Date(range.from), new Date(range.to), new Date(range.knownBy)],
  );
  return found.map(({ from, to, ...place }) => ({
    ...place,
    startedAt: millis(from),
    endedAt: millis(to),
  }));
}

/** How many failures that no episode told of stand at a time. */
export async function missedFailures(sql: Sql, knownBy: Instant): Promise<number> {
  const [found] = await rows<{ failures: number }>(
    sql,
    `SELECT count(*)::int AS failures FROM outcome WHERE anomaly_id IS NULL AND failure
       AND source = 'measured' AND known_at <= $1 AND NOT EXISTS (SELECT 1 FROM outcome later
         WHERE later.supersedes = outcome.id AND later.known_at <= $1)`,
    [new Date(knownBy)],
  );
  return found?.failures ?? 0;
}
