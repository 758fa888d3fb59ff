import { randomBytes } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { DataSource } from 'typeorm';

import { SCOPES } from '../http/caller.js';
import { SERVICE, saveServiceKey } from '../storage/api-key.store.js';
import { audit } from '../storage/audit.store.js';
import type { Config } from './config.js';

/** The key with all scopes, and where it came from. */
export interface ServiceKey {
  readonly key: string;
  /** The file that keeps it; absent when the environment gave it. */
  readonly file: string | undefined;
  /** Made just now: to be shown this once. */
  readonly isNew: boolean;
}

/** The environment's key, else the one kept in the data folder, made at the first call. */
export async function serviceKey(config: Config): Promise<ServiceKey> {
  if (config.apiKey !== undefined) return { key: config.apiKey, file: undefined, isNew: false };
  const file = join(config.dataDir, 'api-key');
  const kept = await readFile(file, 'utf8').catch(() => '');
  if (kept.trim() !== '') return { key: kept.trim(), file, isNew: false };
  const key = `tl_${randomBytes(32).toString('base64url')}`;
  await mkdir(config.dataDir, { recursive: true });
  // Renamed into place whole: a killed first start must not leave half a key.
  const draft = `${file}.new`;
  await writeFile(draft, `${key}\n`, { mode: 0o600 });
  await rename(draft, file);
  return { key, file, isNew: true };
}

/** Makes the service's key the one that it was started with; says how many older ones that revokes. */
export async function keepServiceKey(
  source: DataSource,
  secret: string,
  createdAt: Date,
): Promise<number> {
  return await source.transaction(async (sql) => {
    const revoked = await saveServiceKey(sql, { secret, scopes: SCOPES, createdAt });
    if (revoked > 0) {
      const deed = { at: createdAt, who: SERVICE, action: 'api-key.revoke', subject: SERVICE };
      await audit(sql, { ...deed, after: { revoked }, reason: 'started with another key' });
    }
    return revoked;
  });
}
