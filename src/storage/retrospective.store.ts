import type { Retrospective } from '../core/outcomes/retrospective.js';
import type { Instant } from '../core/telemetry/time.js';
import { canonical, contentKey } from './content-key.js';
import type { Sql } from './sql.js';
import { rows } from './sql.js';

/** Stores a retrospective once: its outcomes are append-only, so the same id with other content is a conflict. */
export async function saveRetrospective(
  sql: Sql,
  retrospective: Retrospective,
  knownAt: Instant,
): Promise<'stored' | 'duplicate' | 'conflict'> {
  const content = contentKey(canonical(retrospective));
  const written = await rows(
    sql,
    `INSERT INTO retrospective (id, incident_id, body, content, known_at)
     VALUES ($1, $2, $3, $4, $5) ON CONFLICT (id) DO NOTHING RETURNING id`,
    [
      retrospective.id,
      retrospective.incidentId,
      JSON.stringify(retrospective),
      content,
      new Date(knownAt),
    ],
  );
  if (written.length > 0) return 'stored';
  const [known] = await rows<{ content: string }>(
    sql,
    'SELECT content FROM retrospective WHERE id = $1',
    [retrospective.id],
  );
  return known?.content === content ? 'duplicate' : 'conflict';
}

/** All retrospectives, newest first. */
export async function retrospectives(sql: Sql, limit: number): Promise<Retrospective[]> {
  const found = await rows<{ body: Retrospective }>(
    sql,
    'SELECT body FROM retrospective ORDER BY known_at DESC, id LIMIT $1',
    [limit],
  );
  return found.map((row) => row.body);
}

/** The retrospective with this id. */
export async function retrospectiveById(sql: Sql, id: string): Promise<Retrospective | null> {
  const [found] = await rows<{ body: Retrospective }>(
    sql,
    'SELECT body FROM retrospective WHERE id = $1',
    [id],
  );
  return found?.body ?? null;
}
