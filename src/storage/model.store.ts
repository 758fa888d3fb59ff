import type { EntityManager } from 'typeorm';

import type { ModelCard } from '../core/registry/model-card.js';
import type { Instant } from '../core/telemetry/time.js';
import { ChampionRow } from './entities/champion.entity.js';
import { ModelRow } from './entities/model.entity.js';
import type { Sql } from './sql.js';
import { rows } from './sql.js';

export type ModelState = ModelRow['state'];

/** All models, newest first. */
export async function models(sql: Sql): Promise<ModelRow[]> {
  return await sql.getRepository(ModelRow).find({ order: { createdAt: 'DESC', version: 'DESC' } });
}

/** The model of this version. */
export async function modelByVersion(sql: Sql, version: string): Promise<ModelRow | null> {
  return await sql.getRepository(ModelRow).findOneBy({ version });
}

/** Adds a model to the registry; the challengers before it retire. */
export async function addModel(sql: Sql, card: ModelCard, state: ModelState): Promise<void> {
  await sql.getRepository(ModelRow).update({ state: 'challenger' }, { state: 'retired' });
  await sql.getRepository(ModelRow).insert({
    version: card.version,
    learner: card.learner,
    evidence: card.evidence,
    state,
    // The card is plain JSON; TypeORM's deep-partial type cannot say so.
    card: card as object,
    createdAt: new Date(card.createdAt),
  });
}

/** The version that answers, or null before the first one was named. */
export async function championVersion(sql: Sql): Promise<string | null> {
  const [row] = await sql.getRepository(ChampionRow).find({ order: { id: 'DESC' }, take: 1 });
  return row?.version ?? null;
}

/**
 * Who answered at each of these times: the last that had been made champion by then, before all others
 * the first. Null where none was ever named.
 */
export async function championVersionsAt(
  sql: Sql,
  times: readonly Instant[],
): Promise<(string | null)[]> {
  const found = await rows<{ version: string | null }>(
    sql,
    `SELECT coalesce(
       (SELECT version FROM champion WHERE since <= t.at ORDER BY id DESC LIMIT 1),
       (SELECT version FROM champion ORDER BY id LIMIT 1)) AS version
     FROM unnest($1::timestamptz[]) WITH ORDINALITY AS t (at, place) ORDER BY t.place`,
    [times.map((at) => new Date(at))],
  );
  return found.map(({ version }) => version);
}

/** The newest model that waits to be promoted; it scores silently until then. */
export async function challengerNow(
  sql: Sql,
): Promise<{ readonly version: string; readonly createdAt: Instant } | null> {
  const [row] = await sql.getRepository(ModelRow).find({
    where: { state: 'challenger' },
    order: { createdAt: 'DESC', version: 'DESC' },
    take: 1,
  });
  if (row === undefined) return null;
  return { version: row.version, createdAt: row.createdAt.getTime() };
}

/**
 * Who was champion since when, newest first. A model that was made of fed history answers since a
 * time of it: what it replaced began no later, whenever the service was installed, and the first
 * champion with the first answer.
 */
export async function championHistory(sql: Sql): Promise<ChampionRow[]> {
  const found = await sql.getRepository(ChampionRow).find({ order: { id: 'DESC' } });
  const [asked] = await rows<{ first: Date | null }>(
    sql,
    'SELECT min(as_of) AS first FROM prediction WHERE is_first',
  );
  let next = Number.POSITIVE_INFINITY;
  return found.map((row, i) => {
    next = Math.min(next, row.since.getTime());
    if (i === found.length - 1) next = Math.min(next, asked?.first?.getTime() ?? next);
    return Object.assign(row, { since: new Date(next) });
  });
}

const LOCK = 7_405_012;

/** Decisions about models are taken one after the other: each sees what the one before came to. */
export async function lockRegistry(sql: EntityManager): Promise<void> {
  await sql.query('SELECT pg_advisory_xact_lock($1)', [LOCK]);
}

/** Says that a model shall not be promoted any more. */
export async function rejectModel(sql: Sql, version: string): Promise<void> {
  await sql.getRepository(ModelRow).update({ version }, { state: 'rejected' });
}

/** Makes a model the champion, inside the caller's transaction; the one before retires. */
export async function crown(
  sql: EntityManager,
  version: string,
  decision: {
    readonly since: Instant;
    readonly by: string;
    readonly reason: string;
    readonly isRollback?: boolean;
  },
): Promise<void> {
  await lockRegistry(sql);
  const repository = sql.getRepository(ModelRow);
  await repository.update({ state: 'champion' }, { state: 'retired' });
  await repository.update({ version }, { state: 'champion' });
  await sql.getRepository(ChampionRow).insert({
    version,
    since: new Date(decision.since),
    by: decision.by,
    reason: decision.reason,
    isRollback: decision.isRollback ?? false,
  });
}
