import type { DriftFindings } from '../core/monitoring/drift-findings.js';
import { CONCEPT_HISTORY } from '../core/monitoring/model-concept.js';
import type { ModelDriftReport } from '../core/monitoring/model-drift.js';
import type { Instant } from '../core/telemetry/time.js';
import type { PageQuery } from './page.js';
import { isAfter, placeOf } from './page.js';
import type { Sql } from './sql.js';
import { rows, run } from './sql.js';

/** What kinds of reports are kept. */
export const REPORT_KINDS = ['drift'] as const;
export type ReportKind = (typeof REPORT_KINDS)[number];

/** Of each there is one. */
export interface ReportSubject {
  readonly kind: ReportKind;
  readonly model: string;
  /** UTC, such as 2026-11-25. */
  readonly day: string;
}

/** A report as it was when it was made. */
export interface NewReport extends ReportSubject {
  readonly madeAt: Instant;
  readonly from: Instant;
  readonly until: Instant;
  readonly findings: DriftFindings;
  readonly body: ModelDriftReport;
}

/** A kept report without its body. */
export interface ReportRow {
  readonly id: string;
  readonly kind: ReportKind;
  readonly model: string;
  readonly madeAt: Date;
  readonly from: Date;
  readonly until: Date;
  readonly findings: DriftFindings;
}

const idOf = ({ kind, day, model }: ReportSubject): string => `${kind}-${day}-${model}`;

/** Whether a report of this kind, day and model is kept. */
export async function hasReport(sql: Sql, subject: ReportSubject): Promise<boolean> {
  return (await rows(sql, 'SELECT FROM report WHERE id = $1', [idOf(subject)])).length > 0;
}

/** Keeps a report; null where there is one of this kind, day and model. */
export async function keepReport(sql: Sql, report: NewReport): Promise<string | null> {
  const { kind, model, madeAt, from, until, findings, body } = report;
  const [kept] = await rows<{ id: string }>(
    sql,
    `INSERT INTO report (id, kind, model, made_at, from_at, until_at, findings, body)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (id) DO NOTHING RETURNING id`,
    [
      idOf(report),
      kind,
      model,
      new Date(madeAt),
      new Date(from),
      new Date(until),
      JSON.stringify(findings),
      JSON.stringify(body),
    ],
  );
  return kept?.id ?? null;
}

/** A page of the kept reports, newest first. */
export async function keptReports(
  sql: Sql,
  page: PageQuery & { readonly kind?: ReportKind | undefined },
): Promise<ReportRow[]> {
  return await rows<ReportRow>(
    sql,
    `SELECT id, kind, model, made_at AS "madeAt", from_at AS "from", until_at AS until, findings
     FROM report WHERE ($1::text IS NULL OR kind = $1) AND ${isAfter('made_at', 3)}
     ORDER BY made_at DESC, id LIMIT $2`,
    [page.kind, page.limit, ...placeOf(page)],
  );
}

/** What a kept report said. */
export async function reportBody(sql: Sql, id: string): Promise<ModelDriftReport | null> {
  const [found] = await rows<{ body: ModelDriftReport }>(
    sql,
    'SELECT body FROM report WHERE id = $1',
    [id],
  );
  return found?.body ?? null;
}

/**
 * What the newest drift report of a model, if made since a time, found reason to learn anew in and
 * none before that time had: each finding asks once, a service whoever was champion then, as it stays
 * named until its new meaning is old.
 */
export async function newlyDrifted(sql: Sql, model: string, since: Instant): Promise<string[]> {
  const found = await rows<{ name: string }>(
    sql,
    `WITH asked AS (SELECT made_at, jsonb_array_elements_text(findings->'asksToLearn') AS name
       FROM report WHERE kind = 'drift' AND model = $1)
     SELECT name FROM asked WHERE made_at > $2
       AND made_at = (SELECT max(made_at) FROM report WHERE kind = 'drift' AND model = $1)
       AND name NOT IN (SELECT name FROM asked WHERE made_at <= $2)
       AND name NOT IN (SELECT jsonb_array_elements_text(findings->'services') FROM report
         WHERE kind = 'drift' AND made_at <= $2 AND made_at > $3)`,
    [model, new Date(since), new Date(since - CONCEPT_HISTORY)],
  );
  return found.map(({ name }) => name);
}

/** Drops reports that were made before a time. */
export async function expireReports(sql: Sql, before: Instant): Promise<void> {
  await run(sql, 'DELETE FROM report WHERE made_at < $1', [new Date(before)]);
}
