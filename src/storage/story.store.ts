import type { Instant } from '../core/telemetry/time.js';
import type { Sql } from './sql.js';
import { rows } from './sql.js';

/** Actors who did something in a stretch of time, who came first first. */
export async function actorsSeen(
  sql: Sql,
  range: { readonly from: Instant; readonly to: Instant },
  names: readonly string[],
  limit: number,
): Promise<string[]> {
  const found = await rows<{ actor: string }>(
    sql,
    `SELECT actor FROM journey_event
     WHERE occurred_at >= $1 AND occurred_at < $2 AND event = ANY($3::text[])
     GROUP BY actor ORDER BY min(occurred_at), actor LIMIT $4`,
    [new Date(range.from), new Date(range.to), names, limit],
  );
  return found.map(({ actor }) => actor);
}
