import type { DatedVersion } from '../core/journeys/conversion-worth.js';
import type { Journey } from '../core/journeys/journey.js';
import type { Instant } from '../core/telemetry/time.js';
import { JourneyVersionRow } from './entities/journey-version.entity.js';
import type { Sql } from './sql.js';
import { timestamp } from './sql.js';

/** A journey version with the time at which it became known. */
export interface StoredJourney extends DatedVersion {
  readonly knownAt: Instant;
}

function stored(row: JourneyVersionRow): StoredJourney {
  return {
    version: row.version,
    journey: row.definition,
    effectiveFrom: row.effectiveFrom?.getTime() ?? null,
    knownAt: row.knownAt.getTime(),
  };
}

/** All versions of all journeys, by key and version. */
export async function journeyVersions(sql: Sql): Promise<StoredJourney[]> {
  const found = await sql
    .getRepository(JourneyVersionRow)
    .find({ order: { key: 'ASC', version: 'ASC' } });
  return found.map(stored);
}

/** All versions of one journey, oldest first. */
export async function versionsOf(sql: Sql, key: string): Promise<StoredJourney[]> {
  const found = await sql
    .getRepository(JourneyVersionRow)
    .find({ where: { key }, order: { version: 'ASC' } });
  return found.map(stored);
}

/** The newest version of each journey. */
export async function currentJourneys(sql: Sql): Promise<StoredJourney[]> {
  return latest(await journeyVersions(sql));
}

/** The newest of each journey's versions. */
export function latest(versions: readonly StoredJourney[]): StoredJourney[] {
  return [...new Map(versions.map((version) => [version.journey.key, version])).values()];
}

/** Of each journey the version that held at a moment. */
export function reigning(versions: readonly StoredJourney[], at: Instant): StoredJourney[] {
  return latest(
    versions.filter(({ effectiveFrom }) => effectiveFrom === null || effectiveFrom <= at),
  );
}

/** Stores a definition as the journey's next version. The first one holds for all of history. */
export async function addJourneyVersion(
  sql: Sql,
  journey: Journey,
  knownAt: Instant,
): Promise<StoredJourney> {
  const repository = sql.getRepository(JourneyVersionRow);
  const newest = await repository.findOne({
    where: { key: journey.key },
    order: { version: 'DESC' },
  });
  const row = {
    key: journey.key,
    version: (newest?.version ?? 0) + 1,
    definition: journey,
    effectiveFrom: newest === null ? null : timestamp(knownAt),
    knownAt: timestamp(knownAt),
  };
  await repository.insert(row);
  return stored(row);
}
