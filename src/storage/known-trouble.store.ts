import type { Change } from '../core/telemetry/change.js';
import type { Incident } from '../core/telemetry/incident.js';
import type { Instant } from '../core/telemetry/time.js';
import { DAY } from '../core/telemetry/time.js';
import type { Sql } from './sql.js';
import { rows } from './sql.js';

/** A stretch of time as it was known at a time. */
export interface KnownRange {
  readonly from: Instant;
  readonly to: Instant;
  readonly knownBy: Instant;
}

/** The changes that may have been under way in a stretch of time, as known at a time. */
export async function changesKnown(sql: Sql, range: KnownRange): Promise<Change[]> {
  const found = await rows<{ body: Change }>(
    sql,
    `SELECT body FROM (SELECT DISTINCT ON (change_id) change_id, body, occurred_at
       FROM change_revision WHERE known_at <= $3 AND change_id IN (
         SELECT change_id FROM change_revision WHERE occurred_at > $1 AND occurred_at < $2)
       ORDER BY change_id, known_at DESC, revision DESC) known
     WHERE occurred_at > $1 AND occurred_at < $2 ORDER BY occurred_at, change_id`,
    [new Date(range.from - 2 * DAY), new Date(range.to), new Date(range.knownBy)],
  );
  return found.map(({ body }) => body);
}

/** The incidents of episodes on one stage, detected in a stretch of time, as known at a time. */
export async function incidentsKnown(
  sql: Sql,
  stage: { readonly journey: string; readonly stage: string },
  range: KnownRange,
): Promise<Incident[]> {
  const found = await rows<{ body: Incident }>(
    sql,
    `SELECT known.body FROM incident i CROSS JOIN LATERAL (
       SELECT r.body FROM incident_revision r WHERE r.incident_id = i.id AND r.known_at <= $5
       ORDER BY r.known_at DESC, r.revision DESC LIMIT 1) known
     WHERE i.detected_at > $3 AND i.detected_at < $4 AND EXISTS (
       SELECT 1 FROM incident_anomaly ia JOIN anomaly a ON a.id = ia.anomaly_id
         JOIN episode_stage s ON s.episode_id = a.episode_id
       WHERE ia.incident_id = i.id AND ia.known_at <= $5 AND s.journey = $1 AND s.stage = $2)
     ORDER BY i.detected_at, i.id`,
    [
      ...[stage.journey, stage.stage],
      ...[range.from - DAY, range.to, range.knownBy].map((at) => new Date(at)),
    ],
  );
  return found.map(({ body }) => body);
}
