import type { Instant } from '../../core/telemetry/time.js';
import { WEEK } from '../../core/telemetry/time.js';
import { measureEffect, watchShadow } from '../../loop/measure-effect.js';
import type { Sql } from '../../storage/sql.js';
import type { DecisionRow } from '../../storage/threshold-suggestion.store.js';
import { formatInstant } from '../../wire/instant.js';
import type { Suggestion } from './stored-suggestion.js';

function appliedSpan(decisions: readonly DecisionRow[], now: Instant): [Instant, Instant] | null {
  const approved = decisions.find(({ decision }) => decision === 'approve');
  if (approved === undefined) return null;
  const rolledBack = decisions.find(({ decision }) => decision === 'rollback');
  return [approved.decidedAt.getTime(), rolledBack?.decidedAt.getTime() ?? now];
}

/** What happened since a suggestion was approved beside what it promised; undefined where it was not. */
export async function effectOf(
  sql: Sql,
  { request, answer }: Suggestion,
  decisions: readonly DecisionRow[],
  now: Instant,
): Promise<object | undefined> {
  const span = appliedSpan(decisions, now);
  if (span === null || !answer?.suggested) return undefined;
  const { threshold, pagesPerWeek, missed } = answer.suggested;
  const [from, to] = span;
  const weeks = (Date.parse(answer.until) - Date.parse(answer.from)) / WEEK;
  const measured = await measureEffect(sql, request, { from, to, threshold }, now);
  return {
    from: formatInstant(from),
    to: formatInstant(to),
    promised: { pagesPerWeek, missedPerWeek: missed / weeks },
    observed: measured.observed,
    before: measured.before,
  };
}

/** What a suggestion in shadow would have paged on so far; undefined for any other. */
export async function shadowOf(
  sql: Sql,
  { request, answer, state }: Suggestion,
  decisions: readonly DecisionRow[],
  now: Instant,
): Promise<object | undefined> {
  const since = decisions.find(({ decision }) => decision === 'shadow')?.decidedAt.getTime();
  if (state !== 'shadow' || since === undefined || !answer?.suggested) return undefined;
  const { threshold } = answer.suggested;
  const watched = await watchShadow(sql, request, { from: since, to: now, threshold });
  return { from: formatInstant(since), to: formatInstant(now), ...watched };
}
