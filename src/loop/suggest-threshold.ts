import type { DataSource } from 'typeorm';

import type { AddressGuard } from '../connectors/prometheus/address-guard.js';
import { queryRange } from '../connectors/prometheus/range-query.js';
import { DomainError } from '../core/errors/domain-error.js';
import { seededRandom } from '../core/statistics/random.js';
import type { Instant } from '../core/telemetry/time.js';
import { thresholdLevel } from '../core/thresholds/alert-rule.js';
import type { RuleExcerpt } from '../core/thresholds/rule-excerpt.js';
import { excerptAround } from '../core/thresholds/rule-excerpt.js';
import type { LabelledHistory } from '../core/thresholds/series-groups.js';
import type { ThresholdEvidence } from '../core/thresholds/threshold-evidence.js';
import type { ThresholdQuestion } from '../core/thresholds/threshold-question.js';
import { goalsOf } from '../core/thresholds/threshold-question.js';
import { suggestThreshold } from '../core/thresholds/threshold-suggestion.js';
import { unpackSeries } from '../storage/packed-series.js';
import type { Sql } from '../storage/sql.js';
import {
  finishSuggestion,
  markSuggestion,
  suggestionById,
  suggestionSeries,
} from '../storage/threshold-suggestion.store.js';
import type { SuggestionAnswer } from '../wire/threshold-suggestion.js';
import { writeSuggestion } from '../wire/threshold-suggestion.js';
import { judgeRule } from './judge-rule.js';

/** What a question brings along or names. */
export async function historyOf(
  question: ThresholdQuestion,
  sent: readonly LabelledHistory['history'][],
  guard: AddressGuard,
): Promise<LabelledHistory[]> {
  if (question.prometheus !== undefined) return await queryRange(question.prometheus, guard);
  return sent.map((history, i) => ({ labels: question.seriesLabels?.[i] ?? {}, history }));
}

/** The latest page that caught a failure at this level, else the latest page, else the end. */
function tellingMoment(
  { pages, losses, until }: ThresholdEvidence,
  level: number,
  detect: number,
): Instant {
  const sent = pages.at.filter(
    (_, i) => (pages.low[i] ?? 0) <= level && level < (pages.high[i] ?? 0),
  );
  const onsets = losses.map(({ failure }) => failure.startedAt);
  const catching = sent.findLast((at) => onsets.some((onset) => Math.abs(at - onset) <= detect));
  return catching ?? sent.at(-1) ?? until;
}

interface Made {
  readonly answer: SuggestionAnswer;
  readonly excerpt: RuleExcerpt | null;
}

async function make(
  sql: Sql,
  question: ThresholdQuestion,
  series: readonly LabelledHistory[],
  knownBy: Instant,
): Promise<Made> {
  const { evidence, notes } = await judgeRule(sql, question, series, knownBy);
  const { rule, seed, source } = question;
  const suggestion = suggestThreshold(evidence, goalsOf(question), seededRandom(seed));
  const answer = { ...writeSuggestion(suggestion, evidence), evidence: source, notes: [...notes] };
  if (suggestion.suggested === null || series.length === 0) return { answer, excerpt: null };
  const level = thresholdLevel(suggestion.suggested.threshold, rule.comparison);
  const moment = tellingMoment(evidence, level, question.detect);
  return { answer, excerpt: excerptAround(series, moment, rule.comparison) };
}

/** How a stored question is answered. */
export interface Making {
  readonly now: Instant;
  /** A failure that may pass is kept too. */
  readonly isLastTry: boolean;
  readonly guard: AddressGuard;
}

/**
 * Makes the suggestion that was put on record under an id. What the question itself rules out is
 * kept as the suggestion's failure; what may pass is thrown, for another try.
 */
export async function makeSuggestion(
  source: DataSource,
  id: string,
  { now, isLastTry, guard }: Making,
): Promise<void> {
  const sql = source.manager;
  const row = await suggestionById<ThresholdQuestion, SuggestionAnswer>(sql, id);
  if (row === null || row.progress === 'done') return;
  await markSuggestion(sql, id, { progress: 'running' });
  const bytes = await suggestionSeries(sql, id);
  try {
    const sent = bytes === null ? [] : unpackSeries(bytes);
    const series = await historyOf(row.request, sent, guard);
    const made = await make(sql, row.request, series, row.knownBy.getTime());
    await finishSuggestion(sql, id, { ...made, at: now });
  } catch (error) {
    const isPassing = !(error instanceof DomainError) || error.retriable;
    if (isPassing && !isLastTry) throw error;
    const failure =
      error instanceof DomainError
        ? { code: error.code, detail: error.message }
        : { code: 'internal', detail: 'something went wrong on our side; it has been logged' };
    await markSuggestion(sql, id, { progress: 'failed', failure });
    if (!(error instanceof DomainError)) throw error;
  }
}
