import { DomainError } from '../core/errors/domain-error.js';
import type { Instant } from '../core/telemetry/time.js';
import { DAY } from '../core/telemetry/time.js';
import { alertPeaks, judgeableFailures } from '../core/thresholds/alert-peaks.js';
import { evidenceOfEpisodes } from '../core/thresholds/episode-evidence.js';
import { usualStaleness } from '../core/thresholds/evaluations.js';
import type { PricedFailure } from '../core/thresholds/failure-loss.js';
import type { LabelledHistory, SeriesGroup } from '../core/thresholds/series-groups.js';
import { evaluationsOfSeries, seriesGroups } from '../core/thresholds/series-groups.js';
import type { ThresholdEvidence } from '../core/thresholds/threshold-evidence.js';
import { evidenceOfFiring, failuresSeen } from '../core/thresholds/threshold-evidence.js';
import type { ThresholdQuestion } from '../core/thresholds/threshold-question.js';
import { replayedRule } from '../core/thresholds/threshold-question.js';
import { isWatched, withinHours } from '../core/thresholds/watch-hours.js';
import type { Sql } from '../storage/sql.js';
import { alertsOfRule, impactScores } from '../storage/threshold-ground.store.js';
import { failuresToCatch, knownStage } from './threshold-failures.js';

/** What a rule is judged by, and what had to be left out of it. */
export interface JudgedRule {
  readonly evidence: ThresholdEvidence;
  readonly notes: readonly string[];
  /** The groups that were replayed; none where only episodes were known. */
  readonly groups: readonly SeriesGroup[];
  readonly failures: readonly PricedFailure[];
}

/** So long a past is looked through where only alerts or predictions are known. */
const PAST = 365 * DAY;

/** Failures that begin so near the edge of what is known are read along. */
const MARGIN = DAY;

const note = (isTrue: boolean, text: string): string[] => (isTrue ? [text] : []);

/** Judges by the history of the metric itself: thresholds may go either way. */
async function judgeSeries(
  sql: Sql,
  question: ThresholdQuestion,
  series: readonly LabelledHistory[],
  knownBy: Instant,
): Promise<JudgedRule> {
  const stage = await knownStage(sql, question);
  const { hours } = question;
  const looked = evaluationsOfSeries(series, (at) => ({ staleness: usualStaleness(at) }));
  const watched = looked.map(({ labels, seen }) => ({
    labels,
    seen: hours === undefined ? seen : withinHours(seen, hours),
  }));
  const groups = seriesGroups(watched, replayedRule(question), question.groupBy);
  const firsts = looked.map(({ seen }) => seen.at[0] ?? Infinity);
  const lasts = looked.map(({ seen }) => seen.at.at(-1) ?? -Infinity);
  const [from, to] = [Math.min(...firsts), Math.max(...lasts)];
  if (!(from <= to)) throw new DomainError('empty-history', 'the series hold no sample');
  const told = await failuresToCatch(sql, stage, { from: from - MARGIN, to: to + MARGIN, knownBy });
  const { inside, outside } = failuresSeen(told, { at: Float64Array.of(from, to) });
  const failures = inside.filter(
    ({ startedAt }) => hours === undefined || isWatched(startedAt, hours),
  );
  const firings = groups.map(({ firing }) => firing);
  const looks = looked.reduce((sum, { seen }) => sum + seen.at.length, 0);
  const blind = watched.reduce(
    (sum, { seen }) => sum + seen.values.reduce((n, v) => n + (Number.isNaN(v) ? 1 : 0), 0),
    0,
  );
  return {
    evidence: evidenceOfFiring(firings, question.groupGap, failures, question),
    failures,
    groups,
    notes: [
      ...note(outside.length > 0, `${outside.length} failures lie outside the history`),
      ...note(
        failures.length < inside.length,
        `${inside.length - failures.length} failures began outside the hours`,
      ),
      ...note(blind > 0, `at ${blind} of ${looks} looks there was nothing to compare`),
    ],
  };
}

/** Judges by past alerts alone: only thresholds beyond the one in use, and only where peaks are known. */
async function judgeAlerts(
  sql: Sql,
  question: ThresholdQuestion,
  knownBy: Instant,
): Promise<JudgedRule> {
  const stage = await knownStage(sql, question);
  const from = Math.max(knownBy - PAST, question.since ?? -Infinity);
  const range = { from, to: knownBy, knownBy };
  const alerts = await alertsOfRule(sql, question.rule, range);
  const first = alerts[0]?.startedAt;
  if (first === undefined) {
    const detail = `there is no series, and no alert of ${question.rule.name} is known`;
    throw new DomainError('no-history', detail);
  }
  const peaks = alertPeaks(alerts, question.rule);
  const told = await failuresToCatch(sql, stage, { from: first, to: knownBy, knownBy });
  const within = told.filter(({ startedAt }) => startedAt >= first - question.detect);
  const failures = judgeableFailures(within, peaks, question);
  const { groupGap } = question;
  const view = { from: first, until: knownBy, lowest: peaks.lowest, groupGap };
  const [known, all] = [peaks.episodes.length, alerts.length];
  return {
    evidence: evidenceOfEpisodes(peaks.episodes, view, failures, question),
    failures,
    groups: [],
    notes: [
      'judged from past alerts alone: what the metric did short of the threshold in use is not known, so only thresholds beyond it are judged',
      ...note(
        known < all,
        `${all - known} of ${all} episodes have no known peak beyond it (peakValue)`,
      ),
      ...note(
        failures.length < within.length,
        `${within.length - failures.length} failures had only such episodes near them and are left out`,
      ),
    ],
  };
}

/** Judges thresholds on the impact score that each episode was first given on the stage. */
async function judgeScores(
  sql: Sql,
  question: ThresholdQuestion,
  knownBy: Instant,
): Promise<JudgedRule> {
  const stage = await knownStage(sql, question);
  const from = Math.max(knownBy - PAST, question.since ?? -Infinity);
  const range = { from, to: knownBy, knownBy };
  const scores = await impactScores(sql, question, range);
  const first = scores[0]?.at;
  if (first === undefined) {
    throw new DomainError('no-history', 'no prediction has been made for this stage yet');
  }
  const episodes = scores.map(({ at, endedAt, impactScore }) => ({
    ...{ at, endedAt, level: impactScore },
  }));
  const failures = await failuresToCatch(sql, stage, { from: first, to: knownBy, knownBy });
  // A score of 0 pages only below every threshold that is one.
  const view = { from: first, until: knownBy, lowest: 0, groupGap: question.groupGap };
  return {
    evidence: evidenceOfEpisodes(episodes, view, failures, question),
    failures,
    groups: [],
    notes: [`judged from the first predictions of ${episodes.length} episodes on this stage`],
  };
}

/**
 * Matches a rule with the failures that it should have caught, as known at a time.
 *
 * @param series the metric's history, where the question's source is one.
 * @throws DomainError `unknown-stage`, `empty-history`, `no-history`
 */
export async function judgeRule(
  sql: Sql,
  question: ThresholdQuestion,
  series: readonly LabelledHistory[],
  knownBy: Instant,
): Promise<JudgedRule> {
  if (question.source === 'alerts') return await judgeAlerts(sql, question, knownBy);
  if (question.source === 'impact-score') return await judgeScores(sql, question, knownBy);
  return await judgeSeries(sql, question, series, knownBy);
}
