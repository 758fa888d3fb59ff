import type { PathEvent } from '../core/journeys/actor-path.js';
import type { Sql } from './sql.js';
import { rows, run } from './sql.js';

/** What one actor did in one journey version, in order. */
export interface StoredPath {
  readonly actor: string;
  readonly path: readonly PathEvent[];
}

/** The paths of these actors; who has none yet is left out. */
export async function pathsOf(
  sql: Sql,
  journey: { readonly key: string; readonly version: number },
  actors: readonly string[],
): Promise<Map<string, readonly PathEvent[]>> {
  const found = await rows<StoredPath>(
    sql,
    `SELECT actor, path FROM actor_path
     WHERE journey = $1 AND version = $2 AND actor = ANY($3::text[])`,
    [journey.key, journey.version, actors],
  );
  return new Map(found.map((row) => [row.actor, row.path]));
}

/** Writes paths as they are now. */
export async function savePaths(
  sql: Sql,
  journey: { readonly key: string; readonly version: number },
  paths: readonly StoredPath[],
): Promise<void> {
  await run(
    sql,
    `INSERT INTO actor_path (journey, version, actor, path, first_at, last_at)
     SELECT $1, $2, actor, path, to_timestamp(first_at / 1000), to_timestamp(last_at / 1000)
     FROM unnest($3::text[], $4::jsonb[], $5::float8[], $6::float8[])
       AS input (actor, path, first_at, last_at)
     ON CONFLICT (journey, version, actor) DO UPDATE SET path = excluded.path,
       first_at = excluded.first_at, last_at = excluded.last_at`,
    [
      journey.key,
      journey.version,
      paths.map(({ actor }) => actor),
      paths.map(({ path }) => JSON.stringify(path)),
      paths.map(({ path }) => path[0]?.at ?? 0),
      paths.map(({ path }) => path.at(-1)?.at ?? 0),
    ],
  );
}

/** Drops what was built of events for a journey version, to build it anew. */
export async function forgetVersion(sql: Sql, key: string, version: number): Promise<void> {
  await run(sql, 'DELETE FROM actor_path WHERE journey = $1 AND version = $2', [key, version]);
  await run(
    sql,
    `DELETE FROM stage_metric_change c WHERE journey = $1 AND version = $2
       AND EXISTS (SELECT 1 FROM stage_metric m WHERE m.journey = c.journey AND m.stage = c.stage
         AND m.bucket_start = c.bucket_start AND m.segment = c.segment AND m.version = c.version
         AND m.origin = 'events')`,
    [key, version],
  );
  await run(
    sql,
    `DELETE FROM stage_metric WHERE journey = $1 AND version = $2 AND origin = 'events'`,
    [key, version],
  );
}
