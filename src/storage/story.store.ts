import type { Instant } from '../core/telemetry/time.js';
import type { PathEvent } from '../core/journeys/actor-path.js';
import type { Sql } from './sql.js';
import { rows } from './sql.js';

/** The path of an actor who was under way while an episode fired. */
export interface StoryRow {
  readonly journey: string;
  readonly version: number;
  readonly actor: string;
  readonly path: readonly PathEvent[];
}

/** Actors with an event of the journey in a stretch of time. */
export async function pathsThrough(
  sql: Sql,
  journey: string,
  range: { readonly from: Instant; readonly to: Instant },
  limit: number,
): Promise<StoryRow[]> {
  return await rows<StoryRow>(
    sql,
    `SELECT journey, version, actor, path FROM actor_path
     WHERE journey = $1 AND last_at >= $2 AND first_at < $3 ORDER BY last_at, actor LIMIT $4`,
    [journey, new Date(range.from), new Date(range.to), limit],
  );
}
