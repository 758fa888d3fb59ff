import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { DataSource } from 'typeorm';

import { Problem } from '../../core/errors/problem.js';
import type { Outcome } from '../../core/outcomes/outcome.js';
import type { MissedFailure } from '../../core/outcomes/told-failures.js';
import { missedOfJourney } from '../../core/outcomes/told-failures.js';
import type { Retrospective } from '../../core/outcomes/retrospective.js';
import type { Fate } from '../../http/bulk-intake.js';
import { conflict, takeEach } from '../../http/bulk-intake.js';
import type { Caller } from '../../http/caller.js';
import { Clock } from '../../http/clock.js';
import { pageOf } from '../../http/cursor.js';
import { refuseEmpty } from '../../http/report-question.js';
import type { Teller } from '../../loop/outcome-refusal.js';
import { recordOutcome } from '../../loop/record-outcome.js';
import { canonical, contentKey } from '../../storage/content-key.js';
import { versionsOf } from '../../storage/journey.store.js';
import type { StoredOutcome } from '../../storage/outcome-row.js';
import type { OutcomeFilter } from '../../storage/outcome.store.js';
import { outcomesOfAnomaly, outcomesSince, standingMissed } from '../../storage/outcome.store.js';
import type { PageQuery } from '../../storage/page.js';
import {
  retrospectiveById,
  retrospectives,
  saveRetrospective,
} from '../../storage/retrospective.store.js';
import { formatInstant, writeTimes } from '../../wire/instant.js';
import { outcomeBody } from '../../wire/outcome.js';
import type { RetrospectiveBody } from '../../wire/retrospective.js';
import { retrospectiveBody } from '../../wire/retrospective.js';
import type { BulkResult, FieldError } from '../../wire/rejection.js';

function written(outcome: StoredOutcome): object {
  const { knownAt, ...rest } = outcome;
  return { ...writeTimes(rest), recordedAt: formatInstant(knownAt) };
}

/** Which missed failures are asked for. */
export interface MissedQuery {
  readonly journey: string;
  readonly from?: number | undefined;
  readonly to?: number | undefined;
}

function writtenMissed({ isEndTold, mitigatedAt: _, ...failure }: MissedFailure): object {
  const { endedAt } = failure;
  return { ...writeTimes(failure), endedAt: isEndTold ? formatInstant(endedAt) : null };
}

/** The current outcomes first, then the superseded ones; newest first within each. */
function currentFirst(outcomes: readonly StoredOutcome[]): StoredOutcome[] {
  const superseded = new Set(outcomes.map((outcome) => outcome.supersedes));
  return outcomes.toSorted((a, b) => {
    const standing = Number(superseded.has(a.id)) - Number(superseded.has(b.id));
    return standing !== 0 ? standing : b.revision - a.revision;
  });
}

/** What of the log is asked for. */
export interface OutcomeQuery extends OutcomeFilter {
  /** Only what was recorded after it. */
  readonly since_revision: number;
  readonly limit?: number | undefined;
}

/** When something is told, and by whom. */
interface Telling extends Teller {
  readonly receivedAt: number;
}

/** Who brings history brings what was measured then, too. */
const tellerOf = ({ scopes }: Caller): Teller => ({
  mayMeasure: scopes.has('backfill') || scopes.has('admin'),
});

/** Rolls a retrospective back: one of its outcomes was refused. */
class Refused extends Error {
  readonly field: FieldError;

  constructor({ pointer, code, detail }: FieldError, place: string) {
    super(detail);
    this.field = { pointer: place + pointer, code, detail };
  }
}

/** Every time that a retrospective tells, by its place. */
function timesOf(body: RetrospectiveBody): Readonly<Record<string, number | undefined>> {
  const parts = (['outcomes', 'missed'] as const).flatMap((part) =>
    body[part].flatMap(({ startedAt, endedAt }, index) => [
      [`${part}/${index}/startedAt`, startedAt] as const,
      [`${part}/${index}/endedAt`, endedAt] as const,
    ]),
  );
  return { heldAt: body.heldAt, ...Object.fromEntries(parts) };
}

@Injectable()
export class OutcomesService {
  constructor(
    private readonly source: DataSource,
    private readonly clock: Clock,
  ) {}

  async record(items: readonly unknown[], caller: Caller): Promise<BulkResult> {
    return await takeEach({
      schema: outcomeBody,
      items,
      caller,
      now: this.clock.now(),
      times: ({ startedAt, endedAt }) => ({ startedAt, endedAt }),
      store: async ({ receivedAt: _, ...body }, receivedAt): Promise<Fate> => {
        // Without an id the content is the key, so that sending twice stores once.
        const id = body.id ?? contentKey(canonical(body));
        const outcome: Outcome = { ...body, id };
        return await this.source.transaction((sql) =>
          recordOutcome(sql, outcome, receivedAt, tellerOf(caller)),
        );
      },
    });
  }

  /** What is asked for of the outcomes of an anomaly's episode; what superseded what is seen of all of them. */
  async ofAnomaly(query: OutcomeQuery & { readonly anomalyId: string }): Promise<object> {
    const { anomalyId, journey, verdict, since_revision: revision, limit } = query;
    const found = await outcomesOfAnomaly(this.source.manager, anomalyId);
    const wanted = currentFirst(found).filter(
      (outcome) =>
        outcome.revision > revision &&
        (journey === undefined || outcome.journey === journey) &&
        (verdict === undefined || outcome.verdict === verdict),
    );
    return { items: wanted.slice(0, limit).map(written) };
  }

  async since({ since_revision: revision, limit = 100, ...filter }: OutcomeQuery): Promise<object> {
    const found = await outcomesSince(this.source.manager, revision, limit, filter);
    const last = found.length === limit ? found.at(-1)?.revision : undefined;
    return {
      items: found.map(written),
      ...(last === undefined ? {} : { next: String(last) }),
    };
  }

  /** The missed failures of a journey that touch a stretch of time, newest first. */
  async missed({ journey, from = -Infinity, to = Infinity }: MissedQuery): Promise<object> {
    refuseEmpty(from, to);
    const { manager } = this.source;
    const versions = await versionsOf(manager, journey);
    const found = missedOfJourney(await standingMissed(manager, journey), versions);
    const inside = found.filter(({ startedAt, endedAt }) => startedAt < to && endedAt > from);
    return { items: inside.map(writtenMissed) };
  }

  /** The outcomes asked for, a line each, read in pages so that an export of any size stays small in memory. */
  async *lines(query: OutcomeQuery): AsyncGenerator<string> {
    const { since_revision: revision, limit = Number.POSITIVE_INFINITY, ...filter } = query;
    let [after, left] = [revision, limit];
    for (;;) {
      const page = Math.min(1000, left);
      const found = await outcomesSince(this.source.manager, after, page, filter);
      for (const outcome of found) yield `${JSON.stringify(written(outcome))}\n`;
      left -= found.length;
      if (found.length < page || left === 0) return;
      after = found.at(-1)?.revision ?? after;
    }
  }

  async hold(items: readonly unknown[], caller: Caller): Promise<BulkResult> {
    return await takeEach({
      schema: retrospectiveBody,
      items,
      caller,
      now: this.clock.now(),
      times: timesOf,
      store: (body, receivedAt) =>
        this.storeRetrospective(body, { receivedAt, ...tellerOf(caller) }),
    });
  }

  async retrospectives(page: PageQuery): Promise<object> {
    return pageOf(await retrospectives(this.source.manager, page), page.limit, {
      place: ({ body, knownAt }) => ({ at: knownAt.getTime(), id: body.id }),
      write: ({ body }) => writeTimes(body),
    });
  }

  async retrospective(id: string): Promise<object> {
    const found = await retrospectiveById(this.source.manager, id);
    if (found !== null) return writeTimes(found);
    throw new Problem(404, 'unknown-retrospective', `there is no retrospective ${id}`);
  }

  /** A retrospective and its outcomes are stored together or not at all. */
  private async storeRetrospective(body: RetrospectiveBody, told: Telling): Promise<Fate> {
    const { receivedAt: _, ...fields } = body;
    const named = (outcome: RetrospectiveBody['outcomes'][number], place: string): Outcome => ({
      ...outcome,
      id: outcome.id ?? `${body.id}/${place}`,
      author: outcome.author ?? body.author,
    });
    const retrospective: Retrospective = {
      ...fields,
      outcomes: body.outcomes.map((outcome, i) => named(outcome, `outcome-${i}`)),
      missed: body.missed.map((outcome, i) => named(outcome, `missed-${i}`)),
    };
    try {
      return await this.source.transaction((sql) => storeWhole(sql, retrospective, told));
    } catch (error) {
      if (error instanceof Refused) return error.field;
      throw error;
    }
  }
}

/** @throws Refused by the first outcome that cannot be recorded */
async function storeWhole(
  sql: EntityManager,
  retrospective: Retrospective,
  { receivedAt, ...teller }: Telling,
): Promise<Fate> {
  const fate = await saveRetrospective(sql, retrospective, receivedAt);
  if (fate === 'conflict') return conflict('/id');
  if (fate === 'duplicate') return fate;
  for (const part of ['outcomes', 'missed'] as const) {
    for (const [index, outcome] of retrospective[part].entries()) {
      const taken = await recordOutcome(sql, outcome, receivedAt, teller);
      if (typeof taken === 'object') throw new Refused(taken, `/${part}/${index}`);
    }
  }
  return fate;
}
