import type { Anomaly } from '../core/telemetry/anomaly.js';
import type { Instant } from '../core/telemetry/time.js';
import type { Sql } from './sql.js';
import { millis, rows, run } from './sql.js';

/** An anomaly as it is kept: its newest revision, and the episode that it belongs to. */
export interface StoredAnomaly {
  readonly anomaly: Anomaly;
  readonly content: string;
  readonly episodeId: string;
  readonly revision: number;
  readonly knownAt: Instant;
}

interface AnomalyRow {
  readonly body: Anomaly;
  readonly content: string;
  readonly episode_id: string;
  readonly revision: number;
  readonly known_at: Date;
}

function stored(row: AnomalyRow): StoredAnomaly {
  return {
    anomaly: row.body,
    content: row.content,
    episodeId: row.episode_id,
    revision: row.revision,
    knownAt: millis(row.known_at),
  };
}

const COLUMNS = 'body, content, episode_id, revision, known_at';

/** The anomalies with these ids, by id. */
export async function anomaliesById(
  sql: Sql,
  ids: readonly string[],
): Promise<Map<string, StoredAnomaly>> {
  const found = await rows<AnomalyRow>(
    sql,
    `SELECT ${COLUMNS} FROM anomaly WHERE id = ANY($1::text[])`,
    [ids],
  );
  return new Map(found.map((row) => [row.body.id, stored(row)]));
}

/** Writes the newest revision of each anomaly, and keeps every revision with its own known time, the latest with the episode too. */
export async function saveAnomalies(sql: Sql, anomalies: readonly StoredAnomaly[]): Promise<void> {
  if (anomalies.length === 0) return;
  const column = <T>(read: (stored: StoredAnomaly) => T): T[] => anomalies.map(read);
  await run(
    sql,
    `WITH input AS (
       SELECT * FROM unnest($1::jsonb[], $2::uuid[], $3::text[], $4::int[], $5::float8[])
         AS t (body, content, episode_id, revision, known)
     ), kept AS (
       INSERT INTO anomaly (id, source, name, fingerprint, severity, body, content,
         started_at, ended_at, episode_id, revision, known_at)
       SELECT body->>'id', body->>'source', body->>'name', body->>'fingerprint', body->>'severity',
         body, content, to_timestamp((body->>'startedAt')::float8 / 1000),
         to_timestamp((body->>'endedAt')::float8 / 1000), episode_id, revision,
         to_timestamp(known / 1000)
       FROM (SELECT DISTINCT ON (body->>'id') * FROM input ORDER BY body->>'id', revision DESC) newest
       ON CONFLICT (id) DO UPDATE SET severity = excluded.severity, body = excluded.body,
         content = excluded.content, ended_at = excluded.ended_at, revision = excluded.revision,
         known_at = excluded.known_at
       RETURNING id
     ), told AS (
       UPDATE episode SET last_known_at = greatest(last_known_at, latest.known_at)
       FROM (SELECT episode_id, to_timestamp(max(known) / 1000) AS known_at
         FROM input GROUP BY episode_id) latest
       WHERE episode.id = latest.episode_id
     )
     INSERT INTO anomaly_revision (anomaly_id, revision, body, known_at)
     SELECT body->>'id', revision, body, to_timestamp(known / 1000) FROM input`,
    [
      column((stored) => JSON.stringify(stored.anomaly)),
      column((stored) => stored.content),
      column((stored) => stored.episodeId),
      column((stored) => stored.revision),
      column((stored) => stored.knownAt),
    ],
  );
}
