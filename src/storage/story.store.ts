import type { Instant } from '../core/telemetry/time.js';
import type { PathEvent } from '../core/journeys/actor-path.js';
import type { Sql } from './sql.js';
import { readPath } from './path.store.js';
import { rows } from './sql.js';

/** The path of an actor who was under way while an episode fired. */
export interface StoryRow {
  readonly journey: string;
  readonly version: number;
  readonly actor: string;
  readonly path: readonly PathEvent[];
}

/** Actors who did something in a stretch of time, with their paths through a journey. */
export async function pathsThrough(
  sql: Sql,
  journey: string,
  range: { readonly from: Instant; readonly to: Instant },
  limit: number,
): Promise<StoryRow[]> {
  const found = await rows<Omit<StoryRow, 'path'> & { path: unknown }>(
    sql,
    `SELECT p.journey, p.version, p.actor, p.path
     FROM (SELECT actor, min(occurred_at) AS first FROM journey_event
       WHERE occurred_at >= $2 AND occurred_at < $3 GROUP BY actor) seen
     JOIN actor_path p ON p.journey = $1 AND p.actor = seen.actor
     ORDER BY seen.first, p.actor, p.version LIMIT $4`,
    [journey, new Date(range.from), new Date(range.to), limit],
  );
  return found.map((row) => ({ ...row, path: readPath(row.path) }));
}
