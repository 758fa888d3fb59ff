import type { ActorMerge } from '../core/journeys/persons.js';
import { Persons } from '../core/journeys/persons.js';
import type { Renames } from '../core/journeys/renamed-actors.js';
import type { Instant } from '../core/telemetry/time.js';
import { keyOf } from './event-day.store.js';
import type { Sql } from './sql.js';
import { rows, run } from './sql.js';

/** The persons that actors are, with all their other actors and every merge. */
export async function personsAmong(sql: Sql, actors: readonly string[]): Promise<Persons> {
  const merges = await rows<ActorMerge>(
    sql,
    `SELECT m.from_actor AS "from", m.into_actor AS "into",
       floor(extract(epoch FROM m.known_at) * 1000)::float8 AS "knownAt"
     FROM actor_merge m JOIN actor_person p ON p.actor = m.from_actor
     WHERE p.person IN (SELECT person FROM actor_person WHERE actor = ANY($1::text[]))`,
    [actors],
  );
  return new Persons(merges);
}

/** Keeps a merge, and whom all actors of its person, which are given, go by now. */
export async function saveMerge(
  sql: Sql,
  { from, into, knownAt }: ActorMerge,
  { persons, mergedAt }: { readonly persons: Persons; readonly mergedAt: Instant },
): Promise<void> {
  await run(sql, 'INSERT INTO actor_merge VALUES ($1, $2, $3, $4)', [
    from,
    into,
    new Date(knownAt),
    new Date(mergedAt),
  ]);
  const person = persons.personOf(into);
  await run(
    sql,
    `INSERT INTO actor_person (actor, person) SELECT actor, $2 FROM unnest($1::text[]) AS a (actor)
     ON CONFLICT (actor) DO UPDATE SET person = excluded.person`,
    [persons.actorsOf(person), person],
  );
}

/** All actors that go by another one, in the keys that columns of events have. */
export async function actorRenames(sql: Sql): Promise<Renames> {
  const [found] = await rows<{ from: Buffer | null; into: Buffer | null }>(
    sql,
    `SELECT string_agg(own, '' ORDER BY own) AS "from", string_agg(other, '' ORDER BY own) AS "into"
     FROM (SELECT ${keyOf('actor')} AS own, ${keyOf('person')} AS other FROM actor_person
       WHERE actor <> person) renamed`,
  );
  return { from: wordsOf(found?.from ?? null), into: wordsOf(found?.into ?? null) };
}

function wordsOf(bytes: Buffer | null): Uint32Array {
  if (bytes === null) return new Uint32Array(0);
  return Uint32Array.from({ length: bytes.length / 4 }, (_, word) => bytes.readUInt32BE(word * 4));
}
