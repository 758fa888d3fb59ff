import { AuditRow } from './entities/audit.entity.js';
import type { Sql } from './sql.js';

/** One audited deed. */
export interface Deed {
  readonly at: Date;
  readonly who: string;
  readonly action: string;
  readonly subject: string;
  readonly before?: object | null;
  readonly after?: object | null;
  readonly reason?: string | null;
}

/** Writes down who changed what. */
export async function audit(sql: Sql, deed: Deed): Promise<void> {
  await sql.getRepository(AuditRow).insert({ before: null, after: null, reason: null, ...deed });
}
