import { serviceOf } from '../core/features/service-of.js';
import type { Change } from '../core/telemetry/change.js';
import type { Instant } from '../core/telemetry/time.js';
import { canonical, contentKey } from './content-key.js';
import type { PageQuery } from './page.js';
import { isAfter, placeOf } from './page.js';
import type { Sql } from './sql.js';
import { rows, run } from './sql.js';

export type RecordFate = 'stored' | 'updated' | 'duplicate';

interface ChangeRow {
  readonly body: Change;
  readonly content: string;
  readonly revision: number;
}

const LOCK = 7_405_008;

/** Stores a change or its next revision, inside the caller's transaction; what is left out stays as it was. */
export async function saveChange(sql: Sql, change: Change, knownAt: Instant): Promise<RecordFate> {
  await run(sql, 'SELECT pg_advisory_xact_lock($1, hashtext($2))', [LOCK, change.id]);
  const [known] = await rows<ChangeRow>(
    sql,
    `SELECT body, content, (SELECT max(revision) FROM change_revision WHERE change_id = id) AS revision
     FROM change WHERE id = $1`,
    [change.id],
  );
  const body: Change = { ...known?.body, ...present(change) };
  const content = contentKey(canonical(body));
  if (known?.content === content) return 'duplicate';
  await write(sql, { body, content, revision: (known?.revision ?? 0) + 1 }, knownAt);
  return known === undefined ? 'stored' : 'updated';
}

function present(change: Change): Change {
  const given = Object.entries(change).filter(([, value]) => value !== undefined);
  return Object.fromEntries(given) as unknown as Change;
}

async function write(sql: Sql, row: ChangeRow, knownAt: Instant): Promise<void> {
  const { body, content, revision } = row;
  const [json, occurredAt, known] = [
    JSON.stringify(body),
    new Date(body.occurredAt),
    new Date(knownAt),
  ];
  await run(
    sql,
    `INSERT INTO change (id, body, content, service, kind, occurred_at, known_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7)
     ON CONFLICT (id) DO UPDATE SET body = excluded.body, content = excluded.content,
       service = excluded.service, kind = excluded.kind, occurred_at = excluded.occurred_at`,
    [body.id, json, content, serviceOf(body.labels), body.kind, occurredAt, known],
  );
  await run(sql, 'INSERT INTO change_revision VALUES ($1, $2, $3, $4, $5)', [
    body.id,
    revision,
    json,
    occurredAt,
    known,
  ]);
}

/** A page of the changes of a stretch of time, newest first. */
export async function changesBetween(
  sql: Sql,
  range: { readonly from: Instant; readonly to: Instant },
  page: PageQuery,
): Promise<Change[]> {
  const found = await rows<{ body: Change }>(
    sql,
    `SELECT body FROM change WHERE occurred_at >= $1 AND occurred_at < $2
       AND ${isAfter('occurred_at', 4)}
     ORDER BY occurred_at DESC, id LIMIT $3`,
    [new Date(range.from), new Date(range.to), page.limit, ...placeOf(page)],
  );
  return found.map((row) => row.body);
}
