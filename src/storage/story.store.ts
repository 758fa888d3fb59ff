import type { Instant } from '../core/telemetry/time.js';
import type { Sql } from './sql.js';
import { rows } from './sql.js';

/** Who did something in a stretch of time, who came first first: actors, merged ones as one. */
export async function personsSeen(
  sql: Sql,
  range: { readonly from: Instant; readonly to: Instant },
  names: readonly string[],
  limit: number,
): Promise<string[]> {
  const found = await rows<{ person: string }>(
    sql,
    `SELECT coalesce(p.person, e.actor) AS person
     FROM journey_event e LEFT JOIN actor_person p ON p.actor = e.actor
     WHERE e.occurred_at >= $1 AND e.occurred_at < $2 AND e.event = ANY($3::text[])
     GROUP BY 1 ORDER BY min(e.occurred_at), 1 LIMIT $4`,
    [new Date(range.from), new Date(range.to), names, limit],
  );
  return found.map(({ person }) => person);
}
