import { createHash } from 'node:crypto';

import { ApiKeyRow } from './entities/api-key.entity.js';
import type { Sql } from './sql.js';
import { rows, run } from './sql.js';

/** Whose the service's own key is; nobody else's has that name. */
export const SERVICE = 'service';

/** Whose key it is and what it may do. */
export interface KeyHolder {
  readonly name: string;
  readonly scopes: readonly string[];
}

/** What is kept of an API key. Keys are long and random, so a plain hash is enough. */
function hashOf(secret: string): Buffer {
  return createHash('sha256').update(secret).digest();
}

/** Whose key this is, or null where it is nobody's or was revoked. */
export async function holderOfKey(sql: Sql, secret: string): Promise<KeyHolder | null> {
  const row = await sql.getRepository(ApiKeyRow).findOneBy({ hash: hashOf(secret) });
  if (row?.revokedAt !== null) return null;
  return { name: row.name, scopes: row.scopes };
}

/** A key that is to be kept. */
interface NewKey extends KeyHolder {
  readonly secret: string;
  readonly createdAt: Date;
}

/** Keeps a key's hash; the same secret again takes the new name and scopes, and is valid again. */
export async function saveApiKey(sql: Sql, key: NewKey): Promise<void> {
  const { secret, name, scopes, createdAt } = key;
  await sql
    .getRepository(ApiKeyRow)
    .upsert({ hash: hashOf(secret), name, scopes: [...scopes], createdAt, revokedAt: null }, [
      'hash',
    ]);
}

/** Revokes every valid key of a name at a moment, but for one where it is told; says how many. */
export async function revokeApiKeys(
  sql: Sql,
  name: string,
  { at, except = '' }: { readonly at: Date; readonly except?: string },
): Promise<number> {
  const revoked = await rows(
    sql,
    `WITH revoked AS (UPDATE api_key SET revoked_at = $2
       WHERE name = $1 AND hash <> $3 AND revoked_at IS NULL RETURNING id)
     SELECT id FROM revoked`,
    [name, at, hashOf(except)],
  );
  return revoked.length;
}

const LOCK = 7_405_022;

/**
 * Keeps the service's own key and revokes those that it had before, inside the caller's transaction;
 * says how many. Processes that start with the same key leave each other alone.
 */
export async function saveServiceKey(sql: Sql, key: Omit<NewKey, 'name'>): Promise<number> {
  // Of two that start with different keys at once only one's shall stay.
  await run(sql, 'SELECT pg_advisory_xact_lock($1)', [LOCK]);
  await saveApiKey(sql, { ...key, name: SERVICE });
  return await revokeApiKeys(sql, SERVICE, { at: key.createdAt, except: key.secret });
}

/** A key as it is listed: never the secret, which nobody keeps. */
export interface ListedKey extends KeyHolder {
  readonly createdAt: Date;
  readonly revokedAt: Date | null;
}

/** Every key that there is or was, oldest first. */
export async function apiKeys(sql: Sql): Promise<ListedKey[]> {
  return await sql.getRepository(ApiKeyRow).find({ order: { createdAt: 'ASC', id: 'ASC' } });
}
