import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';

import { DomainError } from '../../core/errors/domain-error.js';
import { Problem } from '../../core/errors/problem.js';
import type { Journey } from '../../core/journeys/journey.js';
import { compileMappings } from '../../core/journeys/stage-mapping.js';
import type { Caller } from '../../http/caller.js';
import { Clock } from '../../http/clock.js';
import type { StoredJourney } from '../../storage/journey.store.js';
import {
  addJourneyVersion,
  currentJourneys,
  journeyVersions,
} from '../../storage/journey.store.js';
import type { JobQueue } from '../../queue/job-queue.js';
import { canonical } from '../../storage/content-key.js';
import { formatInstant } from '../../wire/instant.js';
import type { JourneyBody, JourneyRevision } from '../../wire/journey.js';
import { journeyKey, writeJourney } from '../../wire/journey.js';
import { holdsEvents } from '../../storage/event.store.js';
import { REBUILDS } from './journeys.tokens.js';
import { unknownJourney } from './unknown-journey.js';
import { receptionOf } from '../../wire/received.js';

/** The answer to a definition: `created` says whether it made a new version. */
export interface Defined {
  readonly created: boolean;
  readonly journey: object;
}

function written(stored: StoredJourney): object {
  return {
    ...writeJourney(stored.journey),
    version: stored.version,
    effectiveFrom: stored.effectiveFrom === null ? null : formatInstant(stored.effectiveFrom),
  };
}

@Injectable()
export class JourneysService {
  constructor(
    private readonly source: DataSource,
    private readonly clock: Clock,
    @Inject(REBUILDS) private readonly jobs: JobQueue,
  ) {}

  async list(): Promise<object> {
    return { items: (await currentJourneys(this.source.manager)).map(written) };
  }

  async one(key: string): Promise<object> {
    const versions = await journeyVersions(this.source.manager);
    const own = versions.filter((version) => version.journey.key === key);
    const newest = own.at(-1);
    if (newest === undefined) throw unknownJourney(key);
    return { ...written(newest), versions: own.map(({ version }) => version) };
  }

  /** A known key with the same definition is a repeat; with another one it is refused: PUT makes versions. */
  async define(body: JourneyBody, caller: Caller): Promise<Defined> {
    return await this.save(body, caller, (known) => {
      throw new Problem(
        409,
        'journey-exists',
        `the journey ${known.journey.key} is there already; PUT makes a new version`,
      );
    });
  }

  async revise(key: string, body: JourneyRevision, caller: Caller): Promise<Defined> {
    refuseOtherKey(key, body.key);
    return await this.save({ ...body, key }, caller, () => undefined);
  }

  private async save(
    body: JourneyBody,
    caller: Caller,
    onKnown: (known: StoredJourney) => void,
  ): Promise<Defined> {
    const { receivedAt: _, ...journey } = body;
    const knownAt = this.knownAt(body, caller);
    refuseBadMatchers(journey);
    const defined = await this.source.transaction(async (sql) => {
      await sql.query('LOCK TABLE journey_version IN SHARE ROW EXCLUSIVE MODE');
      const known = (await currentJourneys(sql)).find((one) => one.journey.key === journey.key);
      if (known !== undefined && canonical(known.journey) === canonical(journey)) {
        return { created: false, journey: written(known) };
      }
      if (known !== undefined) onKnown(known);
      const added = await addJourneyVersion(sql, journey, knownAt);
      return { created: true, journey: written(added) };
    });
    if (defined.created && (await holdsEvents(this.source.manager))) {
      await this.jobs.add('rebuild-journey', { journey: journey.key }, { coalesce: journey.key });
    }
    return defined;
  }

  private knownAt(body: JourneyBody, caller: Caller): number {
    const mayBackfill = caller.scopes.has('backfill');
    const reception = receptionOf(body, {}, { now: this.clock.now(), mayBackfill });
    if ('receivedAt' in reception) return reception.receivedAt;
    throw new Problem(422, reception.code, reception.detail, { fields: [reception] });
  }
}

/** A journey is put under the key of the path; a body that repeats another one is a slip. */
function refuseOtherKey(inPath: string, inBody: string | undefined): void {
  const isKey = journeyKey.safeParse(inPath).success;
  if (isKey && (inBody ?? inPath) === inPath) return;
  const code = isKey ? 'inconsistent' : 'invalid';
  const detail = isKey ? 'is not the key of the path' : 'the path holds no key of a journey';
  const fields = [{ pointer: '/key', code, detail }];
  throw new Problem(422, 'invalid-body', detail, { fields });
}

/** Compiling the mappings finds a bad matcher; the error names its field. */
function refuseBadMatchers(journey: Journey): void {
  try {
    compileMappings([{ version: 1, journey }]);
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    const pointer = error.pointer ?? '/stages';
    const fields = [{ pointer, code: error.code, detail: error.message }];
    throw new Problem(422, 'invalid-body', error.message, { fields });
  }
}
