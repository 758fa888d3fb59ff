import type {
  EpisodeCounts,
  LabelTally,
  OpenEpisodes,
  RecentChange,
} from '../core/features/feature-context.js';
import { OPEN_AT_MOST } from '../core/features/feature-history.js';
import type { Severity } from '../core/telemetry/anomaly.js';
import { SEVERITIES } from '../core/telemetry/anomaly.js';
import type { Change } from '../core/telemetry/change.js';
import type { Instant } from '../core/telemetry/time.js';
import { DAY } from '../core/telemetry/time.js';
import type { Sql } from './sql.js';
import { rows } from './sql.js';

/** The changes of the last 24 hours that were known at the time, newest first. */
export async function recentChanges(sql: Sql, asOf: Instant): Promise<RecentChange[]> {
  const found = await rows<{ body: Change }>(
    sql,
    `SELECT body FROM (SELECT DISTINCT ON (change_id) change_id, body, occurred_at
       FROM change_revision WHERE known_at <= $2 AND change_id IN (
         SELECT change_id FROM change_revision WHERE occurred_at > $1 AND occurred_at <= $2)
       ORDER BY change_id, known_at DESC, revision DESC) known
     WHERE occurred_at > $1 AND occurred_at <= $2 ORDER BY occurred_at DESC, change_id`,
    [new Date(asOf - DAY), new Date(asOf)],
  );
  return found.map(({ body }) => ({
    id: body.id,
    kind: body.kind,
    occurredAt: body.occurredAt,
    labels: body.labels,
  }));
}

/** What makes past episodes like the one that is scored. */
export interface EpisodeIdentity {
  readonly episodeId: string;
  readonly source: string;
  readonly fingerprint: string;
  readonly name: string;
  readonly service: string | null;
}

export interface EpisodeHistory {
  readonly sameRule: EpisodeCounts;
  readonly sameService: EpisodeCounts | null;
  readonly sameFingerprint: EpisodeCounts;
}

interface HistoryRow {
  readonly by: 'rule' | 'service' | 'fingerprint';
  readonly last_day: number;
  readonly last_week: number;
  readonly last_month: number;
  readonly latest: Date | null;
}

const HISTORY = `
WITH past AS (
  SELECT started_at, name = $3 AS rule, service = $4 AS service,
    source = $5 AND fingerprint = $6 AS fingerprint
  FROM episode WHERE started_at > $1::timestamptz - interval '28 days' AND started_at <= $1
    AND known_at <= $1 AND id <> $2
    AND (name = $3 OR service = $4 OR (source = $5 AND fingerprint = $6))
)
SELECT by, count(*) FILTER (WHERE started_at > $1::timestamptz - interval '1 day')::int AS last_day,
  count(*) FILTER (WHERE started_at > $1::timestamptz - interval '7 days')::int AS last_week,
  count(*)::int AS last_month, max(started_at) AS latest
FROM past CROSS JOIN LATERAL
  (VALUES ('rule', rule), ('service', service), ('fingerprint', fingerprint)) AS k (by, same)
WHERE same GROUP BY by`;

const NONE: EpisodeCounts = { lastDay: 0, lastWeek: 0, lastMonth: 0, latestStart: null };

/** How often like episodes started in the 28 days before, as known at the time. */
export async function episodeHistory(
  sql: Sql,
  identity: EpisodeIdentity,
  asOf: Instant,
): Promise<EpisodeHistory> {
  const { episodeId, name, service, source, fingerprint } = identity;
  const found = await rows<HistoryRow>(sql, HISTORY, [
    new Date(asOf),
    episodeId,
    name,
    service,
    source,
    fingerprint,
  ]);
  const counts = (by: HistoryRow['by']): EpisodeCounts => {
    const row = found.find((one) => one.by === by);
    if (row === undefined) return NONE;
    return {
      lastDay: row.last_day,
      lastWeek: row.last_week,
      lastMonth: row.last_month,
      latestStart: row.latest?.getTime() ?? null,
    };
  };
  return {
    sameRule: counts('rule'),
    sameService: service === null ? null : counts('service'),
    sameFingerprint: counts('fingerprint'),
  };
}

interface OpenRow {
  readonly service: string | null;
  readonly severity: Severity;
  readonly stages: readonly string[];
  readonly id: string;
}

/** An episode that was open at a time, with the stages that it is mapped to (`journey/stage`). */
export interface OpenEpisode {
  readonly id: string;
  readonly service: string | null;
  readonly severity: Severity;
  readonly stages: ReadonlySet<string>;
}

/**
 * Whether an episode that more became known of later had ended: as its anomalies were known at the
 * time, the one that started last had an end, and all their ends had passed.
 */
const ENDED_AS_KNOWN = `(
  SELECT coalesce((array_agg(ended ORDER BY started DESC, id DESC))[1] IS NOT NULL
    AND max(ended) <= $2, false)
  FROM (SELECT DISTINCT ON (a.id) a.id, a.started_at AS started,
      to_timestamp((r.body->>'endedAt')::float8 / 1000) AS ended
    FROM anomaly a JOIN anomaly_revision r ON r.anomaly_id = a.id AND r.known_at <= $2
    WHERE a.episode_id = e.id ORDER BY a.id, r.known_at DESC, r.revision DESC) known)`;

/** The episodes that were open at the time, as known then. */
export async function openEpisodes(sql: Sql, asOf: Instant): Promise<OpenEpisode[]> {
  const found = await rows<OpenRow>(
    sql,
    `SELECT e.id, e.service, e.severity,
       array(SELECT journey || '/' || stage FROM episode_stage s WHERE s.episode_id = e.id) AS stages
     FROM episode e WHERE e.started_at > $1 AND e.started_at <= $2 AND e.known_at <= $2
       AND NOT CASE WHEN e.last_known_at <= $2
         THEN coalesce(e.ended_at <= $2 AND e.ended_known_at <= $2, false)
         ELSE ${ENDED_AS_KNOWN} END`,
    [new Date(asOf - OPEN_AT_MOST), new Date(asOf)],
  );
  return found.map((row) => ({ ...row, stages: new Set(row.stages) }));
}

/** The open episodes as one of them sees the others. */
export function othersOpen(
  open: readonly OpenEpisode[],
  seen: { readonly episodeId: string; readonly service: string | null; readonly stage: string },
): OpenEpisodes {
  const others = open.filter((episode) => episode.id !== seen.episodeId);
  const worst = others.reduce(
    (max, episode) => Math.max(max, SEVERITIES.indexOf(episode.severity)),
    -1,
  );
  return {
    total: others.length,
    sameStage: others.filter((episode) => episode.stages.has(seen.stage)).length,
    sameService: others.filter(
      (episode) => seen.service !== null && episode.service === seen.service,
    ).length,
    maxSeverity: SEVERITIES[worst] ?? null,
  };
}

/** Labels known at a time, by stage, service and rule. */
export interface KnownLabels extends LabelTally {
  readonly journey: string;
  readonly stage: string;
  readonly service: string | null;
  readonly rule: string;
}

/** How many episodes were decided, and how many of them failed, as known at the time. */
export async function knownLabels(sql: Sql, asOf: Instant): Promise<KnownLabels[]> {
  return await rows<KnownLabels>(
    sql,
    `SELECT journey, stage, service, rule, sum(failures)::int AS failures, sum(decided)::int AS decided
     FROM label_change WHERE known_at <= $1 GROUP BY journey, stage, service, rule
     ORDER BY journey, stage, service, rule`,
    [new Date(asOf)],
  );
}

/** When the newest journey event known at the time was received. */
export async function newestKnown(
  sql: Sql,
  journey: string,
  asOf: Instant,
): Promise<Instant | null> {
  const [row] = await rows<{ newest: Date | null }>(
    sql,
    'SELECT max(known_at) AS newest FROM stage_metric_change WHERE journey = $1 AND known_at <= $2',
    [journey, new Date(asOf)],
  );
  return row?.newest?.getTime() ?? null;
}
