import { LessThan } from 'typeorm';

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

/** Which deeds are wanted; all where nothing is asked for. */
export interface DeedFilter {
  readonly action?: string | undefined;
  readonly subject?: string | undefined;
  readonly who?: string | undefined;
  /** Only older ones than this. */
  readonly cursor?: string | undefined;
  readonly limit: number;
}

/** Deeds, the newest first. */
export async function deeds(
  sql: Sql,
  { action, subject, who, cursor, limit }: DeedFilter,
): Promise<AuditRow[]> {
  return await sql.getRepository(AuditRow).find({
    where: {
      ...(action === undefined ? {} : { action }),
      ...(subject === undefined ? {} : { subject }),
      ...(who === undefined ? {} : { who }),
      ...(cursor === undefined ? {} : { id: LessThan(cursor) }),
    },
    order: { id: 'DESC' },
    take: limit,
  });
}

/** Writes down who changed what. */
export async function audit(sql: Sql, deed: Deed): Promise<void> {
  await sql.getRepository(AuditRow).insert({ before: null, after: null, reason: null, ...deed });
}
