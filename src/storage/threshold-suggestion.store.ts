import type { Instant } from '../core/telemetry/time.js';
import type { RuleExcerpt } from '../core/thresholds/rule-excerpt.js';
import type { SuggestionDecision, SuggestionState } from '../core/thresholds/suggestion-state.js';
import type { Sql } from './sql.js';
import { rows, run } from './sql.js';

/** How far the job behind a suggestion has come. */
export type SuggestionProgress = 'queued' | 'running' | 'done' | 'failed';

/** Why a suggestion could not be made. */
export interface SuggestionFailure {
  readonly code: string;
  readonly detail: string;
}

/** A suggestion as it is kept; its request and answer have the shapes that their makers gave them. */
export interface SuggestionRow<Request = unknown, Result = unknown> {
  readonly id: string;
  readonly state: SuggestionState;
  readonly progress: SuggestionProgress;
  readonly failure: SuggestionFailure | null;
  readonly journey: string;
  readonly stage: string;
  readonly journeyVersion: number;
  readonly rule: string;
  readonly request: Request;
  readonly answer: Result | null;
  readonly excerpt: RuleExcerpt | null;
  readonly modelVersion: string | null;
  readonly requestedBy: string;
  readonly knownBy: Date;
  readonly createdAt: Date;
  readonly expiresAt: Date;
}

/** A new suggestion; its job is still to run. */
export type NewSuggestion = Pick<
  SuggestionRow,
  | 'id'
  | 'journey'
  | 'stage'
  | 'journeyVersion'
  | 'rule'
  | 'request'
  | 'modelVersion'
  | 'requestedBy'
  | 'knownBy'
  | 'createdAt'
  | 'expiresAt'
> & { readonly series: Buffer | null };

const COLUMNS = `id, state, progress, failure, journey, stage, journey_version AS "journeyVersion",
  rule, request, answer, excerpt, model_version AS "modelVersion", requested_by AS "requestedBy",
  known_by AS "knownBy", created_at AS "createdAt", expires_at AS "expiresAt"`;

const LISTED = COLUMNS.replace(
  ' answer, excerpt,',
  ` answer - 'frontier' AS answer, NULL AS excerpt,`,
);

/** Puts a suggestion on record. */
export async function addSuggestion(sql: Sql, one: NewSuggestion): Promise<void> {
  await run(
    sql,
    `INSERT INTO threshold_suggestion (id, journey, stage, journey_version, rule, request, series,
       model_version, requested_by, known_by, created_at, expires_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`,
    [
      one.id,
      one.journey,
      one.stage,
      one.journeyVersion,
      one.rule,
      JSON.stringify(one.request),
      one.series,
      one.modelVersion,
      one.requestedBy,
      one.knownBy,
      one.createdAt,
      one.expiresAt,
    ],
  );
}

/** One suggestion; `lock` keeps others from deciding about it until the transaction ends. */
export async function suggestionById<Request, Result>(
  sql: Sql,
  id: string,
  lock = false,
): Promise<SuggestionRow<Request, Result> | null> {
  const [found] = await rows<SuggestionRow<Request, Result>>(
    sql,
    `SELECT ${COLUMNS} FROM threshold_suggestion WHERE id = $1 ${lock ? 'FOR UPDATE' : ''}`,
    [id],
  );
  return found ?? null;
}

/** The series that came with a suggestion's request; null where none did or its job is done. */
export async function suggestionSeries(sql: Sql, id: string): Promise<Buffer | null> {
  const [found] = await rows<{ series: Buffer | null }>(
    sql,
    'SELECT series FROM threshold_suggestion WHERE id = $1',
    [id],
  );
  return found?.series ?? null;
}

/** Which suggestions are asked for. */
export interface SuggestionQuery {
  readonly journey?: string | undefined;
  readonly stage?: string | undefined;
  readonly rule?: string | undefined;
  /** As it is at `now`: what nobody decided in time has expired. */
  readonly state?: SuggestionState | undefined;
  readonly now: Instant;
  readonly limit: number;
  /** The last one of the page before. */
  readonly after?: { readonly at: string; readonly id: string } | undefined;
}

/** Suggestions, newest first, without frontier and excerpt. */
export async function suggestionPage<Request, Result>(
  sql: Sql,
  { journey, stage, rule, state, now, limit, after }: SuggestionQuery,
): Promise<SuggestionRow<Request, Result>[]> {
  return await rows<SuggestionRow<Request, Result>>(
    sql,
    `SELECT ${LISTED} FROM threshold_suggestion
     WHERE ($1::text IS NULL OR journey = $1) AND ($2::text IS NULL OR stage = $2)
       AND ($3::text IS NULL OR rule = $3)
       AND ($4::timestamptz IS NULL OR (created_at, id) < ($4, $5::uuid))
       AND ($7::text IS NULL OR $7 =
         CASE WHEN state IN ('draft', 'shadow') AND expires_at <= $8 THEN 'expired' ELSE state END)
     ORDER BY created_at DESC, id DESC LIMIT $6`,
    [journey, stage, rule, after?.at, after?.id, limit, state, new Date(now)],
  );
}

/** The newest suggestion of each rule and stage, without frontier and excerpt. */
export async function latestSuggestions<Request, Result>(
  sql: Sql,
): Promise<SuggestionRow<Request, Result>[]> {
  return await rows<SuggestionRow<Request, Result>>(
    sql,
    `SELECT DISTINCT ON (journey, stage, rule) ${LISTED} FROM threshold_suggestion
     ORDER BY journey, stage, rule, created_at DESC, id DESC`,
  );
}

/** Notes how far a suggestion's job has come. */
export async function markSuggestion(
  sql: Sql,
  id: string,
  { progress, failure }: { progress: SuggestionProgress; failure?: SuggestionFailure },
): Promise<void> {
  await run(
    sql,
    'UPDATE threshold_suggestion SET progress = $2, failure = $3::jsonb WHERE id = $1',
    [id, progress, failure === undefined ? null : JSON.stringify(failure)],
  );
}

/** Keeps what a suggestion's job came to; the series that it was made from are let go. */
export async function finishSuggestion(
  sql: Sql,
  id: string,
  result: { readonly answer: object; readonly excerpt: RuleExcerpt | null; readonly at: Instant },
): Promise<void> {
  await run(
    sql,
    `UPDATE threshold_suggestion SET progress = 'done', answer = $2, excerpt = $3,
       finished_at = $4, series = NULL, failure = NULL WHERE id = $1`,
    [
      id,
      JSON.stringify(result.answer),
      result.excerpt === null ? null : JSON.stringify(result.excerpt),
      new Date(result.at),
    ],
  );
}

/** What somebody decided about a suggestion, and why. */
export interface DecisionRow {
  readonly decision: SuggestionDecision;
  readonly state: SuggestionState;
  readonly owner: string;
  readonly reason: string;
  readonly decidedBy: string;
  readonly decidedAt: Date;
  /** Why the suggestion was stale at that time; empty where it was not. */
  readonly stale: readonly string[];
}

/** Changes a suggestion's state and keeps who decided it; in the caller's transaction. */
export async function decideSuggestion(sql: Sql, id: string, decided: DecisionRow): Promise<void> {
  await run(sql, 'UPDATE threshold_suggestion SET state = $2 WHERE id = $1', [id, decided.state]);
  await run(
    sql,
    `INSERT INTO threshold_decision
       (suggestion_id, decision, state, owner, reason, decided_by, decided_at, stale)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
    [
      id,
      decided.decision,
      decided.state,
      decided.owner,
      decided.reason,
      decided.decidedBy,
      decided.decidedAt,
      JSON.stringify(decided.stale),
    ],
  );
}

/** What was decided about a suggestion, oldest first. */
export async function decisionsOf(sql: Sql, id: string): Promise<DecisionRow[]> {
  return await rows<DecisionRow>(
    sql,
    `SELECT decision, state, owner, reason, decided_by AS "decidedBy", decided_at AS "decidedAt",
       stale FROM threshold_decision WHERE suggestion_id = $1 ORDER BY id`,
    [id],
  );
}

/** Closes the suggestions that nobody decided before their expiry. */
export async function expireSuggestions(sql: Sql, now: Instant): Promise<void> {
  await run(
    sql,
    `UPDATE threshold_suggestion SET state = 'expired'
     WHERE state IN ('draft', 'shadow') AND expires_at <= $1`,
    [new Date(now)],
  );
}
