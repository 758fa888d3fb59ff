import { serviceOf } from '../core/features/service-of.js';
import type { Change } from '../core/telemetry/change.js';
import type { Instant } from '../core/telemetry/time.js';
import { canonical, contentKey } from './content-key.js';
import type { Sql } from './sql.js';
import { rows } from './sql.js';

export type RecordFate = 'stored' | 'updated' | 'duplicate';

/** Stores a change, or its newest revision; when it became known is when its first body came. */
export async function saveChange(sql: Sql, change: Change, knownAt: Instant): Promise<RecordFate> {
  const [written] = await rows<{ fresh: boolean }>(
    sql,
    `INSERT INTO change (id, body, content, service, kind, occurred_at, known_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7)
     ON CONFLICT (id) DO UPDATE SET body = change.body || excluded.body, content = excluded.content,
       kind = excluded.kind
       WHERE change.content <> excluded.content
     RETURNING xmax = 0 AS fresh`,
    [
      change.id,
      JSON.stringify(change),
      contentKey(canonical(change)),
      serviceOf(change.labels),
      change.kind,
      new Date(change.occurredAt),
      new Date(knownAt),
    ],
  );
  if (written === undefined) return 'duplicate';
  return written.fresh ? 'stored' : 'updated';
}

/** The changes of a stretch of time, newest first. */
export async function changesBetween(
  sql: Sql,
  range: { readonly from: Instant; readonly to: Instant },
  limit: number,
): Promise<Change[]> {
  const found = await rows<{ body: Change }>(
    sql,
    `SELECT body FROM change WHERE occurred_at >= $1 AND occurred_at < $2
     ORDER BY occurred_at DESC, id LIMIT $3`,
    [new Date(range.from), new Date(range.to), limit],
  );
  return found.map((row) => row.body);
}
