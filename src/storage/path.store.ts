import type { PathEvent } from '../core/journeys/actor-path.js';
import type { Instant } from '../core/telemetry/time.js';
import { MINUTE } from '../core/telemetry/time.js';
import type { Sql } from './sql.js';
import { rows, run } from './sql.js';

/** An event of a path, and the minute from which it was known. */
export interface KnownPathEvent extends PathEvent {
  readonly knownAt: Instant;
}

/** What one actor did in one journey version, in order. */
export interface StoredPath {
  readonly actor: string;
  readonly path: readonly KnownPathEvent[];
}

/**
 * How a path lies in the database: an array an event, without what is absent at its end. Its lag
 * is by how many minutes it was known later than in the minute in which it happened.
 */
type Written = readonly (readonly [
  at: number,
  stages: number,
  segment?: string | null,
  satisfaction?: PathEvent['satisfaction'],
  lag?: number,
])[];

/** What is known is kept by the minute, always rounded up: a reader never sees it too early. */
export function knownMinute(at: Instant): Instant {
  return Math.ceil(at / MINUTE) * MINUTE;
}

function write(path: readonly KnownPathEvent[]): string {
  return JSON.stringify(
    path.map(({ at, stages, segment, satisfaction, knownAt }) => {
      const lag = (knownAt - knownMinute(at)) / MINUTE;
      if (lag !== 0) return [at, stages, segment, satisfaction, lag];
      if (satisfaction !== null) return [at, stages, segment, satisfaction];
      return segment === null ? [at, stages] : [at, stages, segment];
    }),
  );
}

/** A path as the core has it. */
export function readPath(written: unknown): KnownPathEvent[] {
  return (written as Written).map(([at, stages, segment = null, satisfaction = null, lag = 0]) => ({
    at,
    stages,
    segment,
    satisfaction,
    knownAt: knownMinute(at) + lag * MINUTE,
  }));
}

/** The paths of these actors; who has none yet is left out. */
export async function pathsOf(
  sql: Sql,
  journey: { readonly key: string; readonly version: number },
  actors: readonly string[],
): Promise<Map<string, readonly KnownPathEvent[]>> {
  const found = await rows<{ actor: string; path: unknown }>(
    sql,
    `SELECT actor, path FROM actor_path
     WHERE journey = $1 AND version = $2 AND actor = ANY($3::text[])`,
    [journey.key, journey.version, actors],
  );
  return new Map(found.map((row) => [row.actor, readPath(row.path)]));
}

/** Writes paths as they are now. */
export async function savePaths(
  sql: Sql,
  journey: { readonly key: string; readonly version: number },
  paths: readonly StoredPath[],
): Promise<void> {
  await run(
    sql,
    `INSERT INTO actor_path (journey, version, actor, path)
     SELECT $1, $2, actor, path FROM unnest($3::text[], $4::jsonb[]) AS input (actor, path)
     ON CONFLICT (journey, version, actor) DO UPDATE SET path = excluded.path`,
    [
      journey.key,
      journey.version,
      paths.map(({ actor }) => actor),
      paths.map(({ path }) => write(path)),
    ],
  );
}

/** Drops what was built of events for a journey version, to build it anew. */
export async function forgetVersion(sql: Sql, key: string, version: number): Promise<void> {
  await run(sql, 'DELETE FROM actor_path WHERE journey = $1 AND version = $2', [key, version]);
  await run(
    sql,
    // Changes that came to nothing left no metric: they are the events' unless a warehouse told them.
    `DELETE FROM stage_metric_change c WHERE journey = $1 AND version = $2
       AND (SELECT bool_or(m.origin = 'events') IS NOT FALSE FROM stage_metric m
         WHERE m.journey = c.journey AND m.stage = c.stage AND m.bucket_start = c.bucket_start
           AND m.segment = c.segment AND m.version = c.version)`,
    [key, version],
  );
  await run(
    sql,
    `DELETE FROM stage_metric WHERE journey = $1 AND version = $2 AND origin = 'events'`,
    [key, version],
  );
}
