import type { StaleStage } from '../core/registry/retraining-policy.js';
import type { Instant } from '../core/telemetry/time.js';
import type { Sql } from './sql.js';
import { millis, rows } from './sql.js';

/** The training runs on record, as far as they bear on the next. */
export interface RunsSoFar {
  /** Up to when the latest finished run looked; null where there was none. */
  readonly lastRunAt: Instant | null;
  readonly unfinished: readonly string[];
}

/** Which runs there were and which are still to be done. */
export async function runsSoFar(sql: Sql): Promise<RunsSoFar> {
  const [last] = await rows<{ at: Date | null }>(
    sql,
    `SELECT max(coalesce(as_of, created_at)) AS at FROM training_run
     WHERE state IN ('promoted', 'kept', 'insufficient-data')`,
    [],
  );
  const unfinished = await rows<{ id: string }>(
    sql,
    `SELECT id FROM training_run WHERE state IN ('queued', 'running') ORDER BY created_at`,
    [],
  );
  return {
    lastRunAt: last?.at ? millis(last.at) : null,
    unfinished: unfinished.map(({ id }) => id),
  };
}

/** Labels known up to a time, and those that became known after it. */
export interface LabelsSince {
  readonly before: number;
  readonly after: number;
  readonly failuresAfter: number;
}

/** How many labels were known by then, and how many since. */
export async function labelsSince(sql: Sql, at: Instant): Promise<LabelsSince> {
  const [counted] = await rows<LabelsSince>(
    sql,
    `SELECT coalesce(sum(decided) FILTER (WHERE known_at <= $1), 0)::int AS before,
       coalesce(sum(decided) FILTER (WHERE known_at > $1), 0)::int AS after,
       coalesce(sum(failures) FILTER (WHERE known_at > $1), 0)::int AS "failuresAfter"
     FROM label_change`,
    [new Date(at)],
  );
  return counted ?? { before: 0, after: 0, failuresAfter: 0 };
}

/**
 * Stages with a change on one of their services, or a new journey version, since a time; with the
 * labels of episodes that began after it.
 */
export async function staleStages(sql: Sql, since: Instant): Promise<StaleStage[]> {
  return await rows<StaleStage>(
    sql,
    `WITH causes AS (
       SELECT DISTINCT s.journey, s.stage, c.kind || ' ' || c.id || ' on ' || c.service AS because,
         c.occurred_at AS at
       FROM change c JOIN episode e ON e.service = c.service
       JOIN episode_stage s ON s.episode_id = e.id WHERE c.occurred_at > $1
       UNION
       SELECT v.key, stage->>'key', 'version ' || v.version, v.effective_from
       FROM journey_version v CROSS JOIN jsonb_array_elements(v.definition->'stages') AS stage
       WHERE v.effective_from > $1)
     SELECT k.journey || '/' || k.stage AS stage, k.because,
       coalesce(sum(l.decided), 0)::int AS "newLabels"
     FROM causes k LEFT JOIN (label_change l JOIN episode e ON e.id = l.anomaly_id)
       ON l.journey = k.journey AND l.stage = k.stage AND e.started_at > k.at
     GROUP BY k.journey, k.stage, k.because ORDER BY stage, because`,
    [new Date(since)],
  );
}
