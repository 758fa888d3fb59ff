import type { Incident } from '../core/telemetry/incident.js';
import type { Instant } from '../core/telemetry/time.js';
import type { RecordFate } from './change.store.js';
import { canonical, contentKey } from './content-key.js';
import type { PageQuery } from './page.js';
import { isAfter, placeOf } from './page.js';
import type { Sql } from './sql.js';
import { rows, run, timestamp } from './sql.js';

interface IncidentRow {
  readonly body: Incident;
  readonly content: string;
  readonly revision: number;
}

const LOCK = 7_405_009;

/** Keeps others from revising an incident until the caller's transaction ends; it need not exist yet. */
export async function lockIncident(sql: Sql, id: string): Promise<void> {
  await run(sql, 'SELECT pg_advisory_xact_lock($1, hashtext($2))', [LOCK, id]);
}

/** The incident with this id, as it stands now. */
export async function incidentById(sql: Sql, id: string): Promise<Incident | null> {
  const [found] = await rows<IncidentRow>(sql, 'SELECT body FROM incident WHERE id = $1', [id]);
  return found?.body ?? null;
}

/** A page of the incidents, newest first. */
export async function incidents(sql: Sql, page: PageQuery): Promise<Incident[]> {
  const found = await rows<IncidentRow>(
    sql,
    `SELECT body FROM incident WHERE ${isAfter('detected_at', 2)}
     ORDER BY detected_at DESC, id LIMIT $1`,
    [page.limit, ...placeOf(page)],
  );
  return found.map((row) => row.body);
}

/** Stores an incident or its next revision; each field keeps the time at which it became known. */
export async function saveIncident(
  sql: Sql,
  incident: Incident,
  knownAt: Instant,
): Promise<RecordFate> {
  await lockIncident(sql, incident.id);
  const [known] = await rows<IncidentRow>(
    sql,
    'SELECT body, content, revision FROM incident WHERE id = $1',
    [incident.id],
  );
  const merged: Incident = {
    ...known?.body,
    ...incident,
    anomalyIds: [...new Set([...(known?.body.anomalyIds ?? []), ...incident.anomalyIds])],
  };
  const content = contentKey(canonical(merged));
  if (known?.content === content) return 'duplicate';
  const revision = (known?.revision ?? 0) + 1;
  await write(sql, { body: merged, content, revision }, knownAt);
  return known === undefined ? 'stored' : 'updated';
}

async function write(sql: Sql, row: IncidentRow, knownAt: Instant): Promise<void> {
  const { body, content, revision } = row;
  const at = new Date(knownAt);
  await run(
    sql,
    `INSERT INTO incident (id, body, content, detected_at, mitigated_at, mitigated_known_at,
       known_at, revision)
     VALUES ($1, $2, $3, $4, $5::timestamptz, CASE WHEN $5::timestamptz IS NULL THEN NULL ELSE $6::timestamptz END, $6, $7)
     ON CONFLICT (id) DO UPDATE SET body = excluded.body, content = excluded.content,
       revision = excluded.revision, mitigated_at = excluded.mitigated_at,
       mitigated_known_at = coalesce(incident.mitigated_known_at, excluded.mitigated_known_at)`,
    [
      body.id,
      JSON.stringify(body),
      content,
      new Date(body.detectedAt),
      timestamp(body.mitigatedAt),
      at,
      revision,
    ],
  );
  await run(sql, 'INSERT INTO incident_revision VALUES ($1, $2, $3, $4)', [
    body.id,
    revision,
    JSON.stringify(body),
    at,
  ]);
  await run(
    sql,
    `INSERT INTO incident_anomaly (incident_id, anomaly_id, known_at)
     SELECT $1, id, $3 FROM unnest($2::text[]) AS t (id) ON CONFLICT DO NOTHING`,
    [body.id, body.anomalyIds, at],
  );
}
