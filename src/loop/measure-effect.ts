import type { Instant } from '../core/telemetry/time.js';
import type { LivedFigures } from '../core/thresholds/applied-effect.js';
import { alertPeaks } from '../core/thresholds/alert-peaks.js';
import { livedFigures } from '../core/thresholds/applied-effect.js';
import { thresholdLevel } from '../core/thresholds/alert-rule.js';
import type { ThresholdQuestion } from '../core/thresholds/threshold-question.js';
import type { Sql } from '../storage/sql.js';
import type { KnownRange } from '../storage/threshold-ground.store.js';
import { alertsOfRule, impactScores } from '../storage/threshold-ground.store.js';
import { failuresToCatch, knownStage } from './threshold-failures.js';

/** What happened while a suggestion was applied, and in as long a time before. */
export interface MeasuredEffect {
  readonly from: Instant;
  readonly to: Instant;
  readonly observed: LivedFigures;
  readonly before: LivedFigures;
}

/** A stretch of time in which one threshold held. */
interface Applied {
  readonly from: Instant;
  readonly to: Instant;
  readonly threshold: number;
}

async function pagesSent(
  sql: Sql,
  question: ThresholdQuestion,
  range: KnownRange,
  threshold: number,
): Promise<{ at: Instant; endedAt: Instant | null }[]> {
  const { rule, source } = question;
  if (source === 'impact-score') {
    const level = thresholdLevel(threshold, rule.comparison);
    const scores = await impactScores(sql, question, range);
    return scores.filter(({ impactScore }) => impactScore > level);
  }
  const alerts = await alertsOfRule(sql, rule, range);
  return alerts.map(({ startedAt, endedAt }) => ({ at: startedAt, endedAt }));
}

/** Measures an applied suggestion in the terms in which it was promised. */
export async function measureEffect(
  sql: Sql,
  question: ThresholdQuestion,
  { from, to, threshold }: Applied,
  now: Instant,
): Promise<MeasuredEffect> {
  const stage = await knownStage(sql, question);
  const figuresOf = async (start: Instant, end: Instant, at: number): Promise<LivedFigures> => {
    const range = { from: start, to: end, knownBy: now };
    const failures = await failuresToCatch(sql, stage, range);
    const begun = failures.filter(({ startedAt }) => startedAt >= start && startedAt < end);
    // A page before the stretch may catch a failure in it, but is not counted as one of it.
    const near = { ...range, from: start - question.lead };
    const pages = await pagesSent(sql, question, near, at);
    const figures = livedFigures({ from: start, to: end, pages, failures: begun }, question);
    const own = pages.filter((page) => page.at >= start);
    return { ...figures, pagesPerWeek: figures.weeks > 0 ? own.length / figures.weeks : 0 };
  };
  return {
    from,
    to,
    observed: await figuresOf(from, to, threshold),
    before: await figuresOf(from - (to - from), from, question.rule.threshold),
  };
}

/** Pages of the threshold in use, and how many of them one in shadow would have sent too. */
export interface ShadowedPages {
  readonly pages: number;
  readonly wouldPage: number;
  /** Pages whose peak nobody told yet. */
  readonly unknown: number;
}

/**
 * Compares what the threshold in use pages with what one in shadow would have. Pages that only the
 * one in shadow would have sent cannot be seen: nobody was told of them.
 */
export async function watchShadow(
  sql: Sql,
  question: ThresholdQuestion,
  { from, to, threshold }: Applied,
): Promise<ShadowedPages> {
  const { rule, source } = question;
  const range = { from, to, knownBy: to };
  const level = thresholdLevel(threshold, rule.comparison);
  if (source === 'impact-score') {
    const scores = await impactScores(sql, question, range);
    const beyond = (limit: number): number =>
      scores.filter(({ impactScore }) => impactScore > limit).length;
    const current = thresholdLevel(rule.threshold, rule.comparison);
    return { pages: beyond(current), wouldPage: beyond(level), unknown: 0 };
  }
  const alerts = await alertsOfRule(sql, rule, range);
  const { episodes, unknown } = alertPeaks(alerts, rule);
  const wouldPage = episodes.filter((episode) => episode.level > level).length;
  return { pages: alerts.length, wouldPage, unknown: unknown.length };
}
