import type { DataSource } from 'typeorm';

import { priorCard } from '../core/registry/prior-card.js';
import type { Instant } from '../core/telemetry/time.js';
import { PRIOR_VERSION } from '../core/training/prior.js';
import { addModel, crown, modelByVersion } from '../storage/model.store.js';
import { CODE_VERSION } from './code-version.js';

const LOCK = 7_405_004;

/** Puts version 0, the stated prior, into the registry of a new installation, as its first champion. */
export async function ensurePrior(source: DataSource, now: Instant): Promise<void> {
  await source.transaction(async (sql) => {
    await sql.query('SELECT pg_advisory_xact_lock($1)', [LOCK]);
    if ((await modelByVersion(sql, PRIOR_VERSION)) !== null) return;
    await addModel(sql, priorCard(now, CODE_VERSION), 'challenger');
    const reason = 'a new installation answers with the stated prior';
    await crown(sql, PRIOR_VERSION, { since: now, by: 'throughline', reason });
  });
}
