import type { Retrospective } from '../core/outcomes/retrospective.js';
import type { Instant } from '../core/telemetry/time.js';
import { canonical, contentKey } from './content-key.js';
import type { PageQuery } from './page.js';
import { isAfter, placeOf } from './page.js';
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

/** A retrospective with when it became known. */
export interface StoredRetrospective {
  readonly body: Retrospective;
  readonly knownAt: Date;
}

/** A page of the retrospectives, newest first. */
export async function retrospectives(sql: Sql, page: PageQuery): Promise<StoredRetrospective[]> {
  return await rows<StoredRetrospective>(
    sql,
    `SELECT body, known_at AS "knownAt" FROM retrospective WHERE ${isAfter('known_at', 2)}
     ORDER BY known_at DESC, id LIMIT $1`,
    [page.limit, ...placeOf(page)],
  );
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
