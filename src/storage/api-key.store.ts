import { createHash } from 'node:crypto';

import { ApiKeyRow } from './entities/api-key.entity.js';
import type { Sql } from './sql.js';

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

/** Keeps a key's hash; the same secret again takes the new name and scopes. */
export async function saveApiKey(
  sql: Sql,
  key: { secret: string; name: string; scopes: readonly string[]; createdAt: Date },
): Promise<void> {
  const { secret, name, scopes, createdAt } = key;
  await sql
    .getRepository(ApiKeyRow)
    .upsert({ hash: hashOf(secret), name, scopes: [...scopes], createdAt }, ['hash']);
}
