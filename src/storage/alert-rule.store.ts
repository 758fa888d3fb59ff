import type { Sql } from './sql.js';
import { rows, run } from './sql.js';

/** An import: rules with a threshold, and those without one. */
export interface StoredRules {
  readonly rules: readonly { readonly name: string }[];
  readonly skipped: readonly { readonly name: string }[];
}

/** Puts an import in the place of the one from the same source before, in the caller's transaction. */
export async function replaceAlertRules(
  sql: Sql,
  source: string,
  { rules, skipped }: StoredRules,
  { at, by }: { readonly at: Date; readonly by: string },
): Promise<void> {
  await run(sql, 'SELECT pg_advisory_xact_lock($1, hashtext($2))', [LOCK, source]);
  await run(sql, 'DELETE FROM alert_rule WHERE source = $1', [source]);
  await run(
    sql,
    `INSERT INTO alert_rule (source, place, name, body, imported_at, imported_by)
     SELECT $1, place, body->>'name', body, $3, $4
     FROM jsonb_array_elements($2::jsonb) WITH ORDINALITY AS t (body, place)`,
    [source, JSON.stringify([...rules, ...skipped]), at, by],
  );
}

const LOCK = 7_405_015;

/** The rules of each source; those that were skipped carry a reason. */
export async function alertRules(sql: Sql): Promise<Map<string, StoredRules>> {
  const found = await rows<{ source: string; body: { name: string; reason?: string } }>(
    sql,
    'SELECT source, body FROM alert_rule ORDER BY source, place',
  );
  const sources = new Map<string, { rules: { name: string }[]; skipped: { name: string }[] }>();
  for (const { source, body } of found) {
    const one = sources.get(source) ?? { rules: [], skipped: [] };
    (body.reason === undefined ? one.rules : one.skipped).push(body);
    sources.set(source, one);
  }
  return sources;
}
