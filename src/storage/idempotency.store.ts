import type { Sql } from './sql.js';
import { rows, run } from './sql.js';

/** What is known of an idempotency key: whose turn it is, or the stored answer. */
export type Claim =
  | { readonly kind: 'ours' }
  | { readonly kind: 'other-body' }
  | { readonly kind: 'in-flight' }
  | { readonly kind: 'answered'; readonly status: number; readonly body: unknown };

interface KeyRow {
  readonly request_hash: string;
  readonly status: number | null;
  readonly body: unknown;
}

/** Claims a key for one request; a claim that got no answer for a minute is dead and may be taken over. */
export async function claimKey(
  sql: Sql,
  key: string,
  requestHash: string,
  now: Date,
): Promise<Claim> {
  const claimed = await rows(
    sql,
    `INSERT INTO idempotency_key (key, request_hash, created_at) VALUES ($1, $2, $3)
     ON CONFLICT (key) DO UPDATE SET created_at = excluded.created_at
       WHERE idempotency_key.status IS NULL
         AND idempotency_key.request_hash = excluded.request_hash
         AND idempotency_key.created_at < excluded.created_at - interval '1 minute'
     RETURNING key`,
    [key, requestHash, now],
  );
  if (claimed.length > 0) return { kind: 'ours' };
  const [known] = await rows<KeyRow>(
    sql,
    'SELECT request_hash, status, body FROM idempotency_key WHERE key = $1',
    [key],
  );
  if (known === undefined) return { kind: 'in-flight' };
  if (known.request_hash !== requestHash) return { kind: 'other-body' };
  if (known.status === null) return { kind: 'in-flight' };
  return { kind: 'answered', status: known.status, body: known.body };
}

/** Keeps the answer for the next request with the same key. */
export async function keepAnswer(
  sql: Sql,
  key: string,
  answer: { readonly status: number; readonly body: unknown },
): Promise<void> {
  await run(sql, 'UPDATE idempotency_key SET status = $2, body = $3 WHERE key = $1', [
    key,
    answer.status,
    JSON.stringify(answer.body ?? null),
  ]);
}

/** Gives a key back after a request that failed, so that it may be sent again. */
export async function releaseKey(sql: Sql, key: string): Promise<void> {
  await run(sql, 'DELETE FROM idempotency_key WHERE key = $1 AND status IS NULL', [key]);
}

/** Forgets answers older than a day. */
export async function expireKeys(sql: Sql, now: number): Promise<void> {
  await run(
    sql,
    `DELETE FROM idempotency_key WHERE created_at < $1::timestamptz - interval '1 day'`,
    [new Date(now)],
  );
}
