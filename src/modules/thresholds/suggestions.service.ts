import { setTimeout as sleep } from 'node:timers/promises';

import { Inject, Injectable } from '@nestjs/common';
import { randomUUID } from 'node:crypto';
import { DataSource } from 'typeorm';

import { AddressGuard } from '../../connectors/prometheus/address-guard.js';
import { Problem } from '../../core/errors/problem.js';
import { SUGGESTION_LIFE } from '../../core/thresholds/suggestion-state.js';
import type { SuggestionState } from '../../core/thresholds/suggestion-state.js';
import { SECOND } from '../../core/telemetry/time.js';
import type { Caller } from '../../http/caller.js';
import { Clock } from '../../http/clock.js';
import type { KnownStage } from '../../loop/threshold-failures.js';
import { staleness, staleReasons } from '../../loop/suggestion-staleness.js';
import { knownStage } from '../../loop/threshold-failures.js';
import type { JobQueue } from '../../queue/job-queue.js';
import { audit } from '../../storage/audit.store.js';
import { championVersion } from '../../storage/model.store.js';
import { packSeries } from '../../storage/packed-series.js';
import {
  addSuggestion,
  decisionsOf,
  suggestionPage,
} from '../../storage/threshold-suggestion.store.js';
import { EARLIEST, formatInstant, parseInstant } from '../../wire/instant.js';
import type { SuggestionBody } from '../../wire/threshold-question.js';
import { effectOf, shadowOf } from './effect-of.js';
import { asProblem } from './known-stage.js';
import type { AskedThreshold } from './question-of.js';
import { questionOf } from './question-of.js';
import type { Suggestion } from './stored-suggestion.js';
import { storedSuggestion } from './stored-suggestion.js';
import { SUGGESTIONS } from './thresholds.tokens.js';
import { writtenDecision, writtenSuggestion } from './written-suggestion.js';

/** So long an answer is waited for. */
const PATIENCE = 10 * SECOND;
const LOOK_EVERY = 50;

interface ListQuery {
  readonly journey?: string | undefined;
  readonly stage?: string | undefined;
  readonly rule?: string | undefined;
  readonly state?: SuggestionState | undefined;
  readonly limit: number;
  readonly cursor?: string | undefined;
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

function placeOf(cursor: string): { at: string; id: string } {
  const [at = '', id = ''] = Buffer.from(cursor, 'base64url').toString().split(' ');
  const made = parseInstant(at);
  if (made !== null && made >= EARLIEST && UUID.test(id)) return { at: formatInstant(made), id };
  const fields = [{ pointer: '/cursor', code: 'bad-cursor', detail: 'was not given by this list' }];
  throw new Problem(400, 'invalid-query', 'the cursor was not given by this list', { fields });
}

@Injectable()
export class SuggestionsService {
  constructor(
    private readonly source: DataSource,
    private readonly clock: Clock,
    private readonly guard: AddressGuard,
    @Inject(SUGGESTIONS) private readonly jobs: JobQueue,
  ) {}

  /** Puts a suggestion on record, hands it to the worker, and waits a while for it. */
  async start(
    body: SuggestionBody,
    caller: Caller,
    isPatient: boolean,
  ): Promise<{ isDone: boolean; suggestion: object }> {
    const { asOf, ...asked } = body;
    const question = questionOf(asked, this.guard);
    const stage = await asProblem(() => knownStage(this.source.manager, asked));
    const knownBy = this.knownBy(asOf, caller);
    const id = await this.record(question, stage, { knownBy, caller });
    await this.jobs.add('suggest-threshold', { suggestionId: id }, { jobId: id });
    const made = isPatient ? await this.made(id) : await storedSuggestion(this.source.manager, id);
    const isDone = made.progress === 'done' || made.progress === 'failed';
    return { isDone, suggestion: await this.one(id) };
  }

  async one(id: string): Promise<object> {
    const sql = this.source.manager;
    const row = await storedSuggestion(sql, id);
    const decisions = await decisionsOf(sql, id);
    const now = this.clock.now();
    return {
      ...writtenSuggestion(row, now),
      stale: await staleReasons(sql, row, now),
      decisions: decisions.map(writtenDecision),
      shadow: await shadowOf(sql, row, decisions, now),
      effect: await effectOf(sql, row, decisions, now),
    };
  }

  async list({ cursor, ...query }: ListQuery): Promise<object> {
    const after = cursor === undefined ? undefined : placeOf(cursor);
    const [sql, now] = [this.source.manager, this.clock.now()];
    const found = (await suggestionPage(sql, { ...query, after, now })) as Suggestion[];
    const isStale = await staleness(sql, found, now);
    const items = found.map((row) => ({
      ...writtenSuggestion(row, now),
      stale: isStale(row).reasons,
    }));
    const last = found.length === query.limit ? found.at(-1) : undefined;
    const place = last && `${last.createdAt.toISOString()} ${last.id}`;
    return { items, next: place && Buffer.from(place).toString('base64url') };
  }

  private knownBy(asOf: number | undefined, caller: Caller): number {
    const now = this.clock.now();
    if (asOf === undefined) return now;
    if (!caller.scopes.has('backfill')) {
      throw new Problem(403, 'missing-scope', 'asOf needs a key with scope backfill');
    }
    if (asOf <= now) return asOf;
    const fields = [{ pointer: '/asOf', code: 'future-time', detail: 'lies in the future' }];
    throw new Problem(422, 'invalid-body', 'asOf lies in the future', { fields });
  }

  private async record(
    { question, series }: AskedThreshold,
    { version }: KnownStage,
    { knownBy, caller }: { readonly knownBy: number; readonly caller: Caller },
  ): Promise<string> {
    const [id, now] = [randomUUID(), this.clock.now()];
    await this.source.transaction(async (sql) => {
      await addSuggestion(sql, {
        ...{ id, journey: question.journey, stage: question.stage, journeyVersion: version },
        rule: question.rule.name,
        request: question,
        series: series.length === 0 ? null : packSeries(series),
        modelVersion: await championVersion(sql),
        requestedBy: caller.name,
        knownBy: new Date(knownBy),
        createdAt: new Date(now),
        expiresAt: new Date(now + SUGGESTION_LIFE),
      });
      const action = 'threshold-suggestion.start';
      await audit(sql, { at: new Date(now), who: caller.name, action, subject: id });
    });
    return id;
  }

  private async made(id: string): Promise<Suggestion> {
    const until = Date.now() + PATIENCE;
    for (;;) {
      const row = await storedSuggestion(this.source.manager, id);
      const isOver = row.progress === 'done' || row.progress === 'failed';
      if (isOver || Date.now() >= until) return row;
      await sleep(LOOK_EVERY);
    }
  }
}
