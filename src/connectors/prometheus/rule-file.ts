import { stringify } from 'yaml';

import { DomainError } from '../../core/errors/domain-error.js';
import { formatDuration } from '../../core/telemetry/time.js';
import type { ExportedSuggestion } from '../../core/thresholds/exported-suggestion.js';
import { provenanceOf, summaryOf } from '../../core/thresholds/exported-suggestion.js';
import type { WatchHours } from '../../core/thresholds/watch-hours.js';
import type { QuestionedRule } from '../../core/thresholds/threshold-question.js';
import type { ParsedComparison } from './comparison.js';
import { isSelector, parseComparison, promNumber } from './comparison.js';

/** An alert as it is written: what is compared, and the whole expression. */
export interface WrittenAlert {
  readonly name: string;
  readonly left: string;
  readonly expr: string;
}

const METRIC = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/;
const EVERY_DAY = 7;

/** A name that Prometheus takes for an alert or a series. */
function recordName(name: string): string {
  return `throughline:${name.replaceAll(/[^a-zA-Z0-9_]/g, '_')}:value`;
}

/** Only within the hours, which Prometheus too counts in UTC. */
function hourConditions({ days, from, to }: WatchHours): string[] {
  const isWhole = from === 0 && to === 24;
  const text = days.map((day) => `day_of_week() == ${day}`).join(' or ');
  return [
    ...(isWhole ? [] : [`(hour() >= ${from} < ${to})`]),
    ...(days.length === EVERY_DAY ? [] : [`(${text})`]),
  ];
}

/** What a rule compares, and its expression where that holds the comparison. */
function comparedBy({ expr, metric = '' }: QuestionedRule): {
  readonly left: string;
  readonly whole: ParsedComparison | null;
} {
  if (expr !== undefined) {
    const found = parseComparison(expr);
    return 'code' in found ? { left: expr, whole: null } : { left: found.left, whole: found };
  }
  if (METRIC.test(metric) || isSelector(metric)) return { left: metric, whole: null };
  const detail = 'the rule has no expression and names no metric of Prometheus';
  throw new DomainError('no-expression', detail);
}

/** The labels of an alert that a series it comes from has not, but for those of its own. */
const ALERT_LABELS = ['alertname', 'alertstate'];

/**
 * Prometheus knows no recovery value, but keeps what an alert did as the series ALERTS: at each look
 * that of the look before, so that this fires on exactly until the value is past the recovery.
 */
function unrecovered({ name, comparison, labels, recovery }: QuestionedRule, left: string): string {
  const own = Object.entries({ alertname: name, alertstate: 'firing', ...labels });
  const matchers = own.map(([label, value]) => `${label}=${JSON.stringify(value)}`).join(', ');
  const ignored = [...new Set([...ALERT_LABELS, ...Object.keys(labels ?? {})])].join(', ');
  const worse = `${left} ${comparison} ${promNumber(recovery ?? 0)}`;
  return `${worse} and ignoring(${ignored}) ALERTS{${matchers}}`;
}

/**
 * The suggested alert in PromQL.
 *
 * @param compared what is compared in place of the rule's own expression.
 * @throws DomainError `no-expression`
 */
export function writtenAlert(
  { question: { rule, hours }, suggested }: ExportedSuggestion,
  compared?: string,
): WrittenAlert {
  const { left, whole } = comparedBy(rule);
  const { threshold } = suggested;
  const plain = `${compared ?? `(${left})`} ${rule.comparison} ${promNumber(threshold)}`;
  const alert = compared === undefined ? (whole?.withThreshold(threshold) ?? plain) : plain;
  const fires =
    rule.recovery === undefined
      ? alert
      : `(${alert} or ${unrecovered(rule, compared ?? `(${left})`)})`;
  const within = hours === undefined ? [] : hourConditions(hours);
  return { name: rule.name, left, expr: [fires, ...within].join(' and on() ') };
}

/** One rule group; an expression that is no plain selector is recorded, so that it can be tested. */
export interface RuleGroup {
  readonly name: string;
  readonly rules: readonly object[];
}

/** The alert with all that is to be known of its threshold. */
export function alertRule(suggestion: ExportedSuggestion, expr: string): object {
  const { rule } = suggestion.question;
  return {
    alert: rule.name,
    expr,
    ...(rule.for === 0 ? {} : { for: formatDuration(rule.for) }),
    ...(rule.keepFiringFor === 0 ? {} : { keep_firing_for: formatDuration(rule.keepFiringFor) }),
    labels: { ...rule.labels },
    annotations: { summary: summaryOf(suggestion), ...provenanceOf(suggestion) },
  };
}

/** The series that stands for what is compared in a test, and whether it has to be recorded. */
export function comparedSeries(suggestion: ExportedSuggestion): {
  readonly series: string;
  readonly isRecorded: boolean;
} {
  const { left } = writtenAlert(suggestion);
  if (isSelector(left)) return { series: left, isRecorded: false };
  return { series: recordName(suggestion.question.rule.name), isRecorded: true };
}

/** What a suggestion's rule compares, within its hours. */
export function comparedExpression(suggestion: ExportedSuggestion): string {
  const { hours } = suggestion.question;
  const { left } = writtenAlert(suggestion);
  const within = hours === undefined ? [] : hourConditions(hours);
  return within.length === 0 ? left : [`(${left})`, ...within].join(' and on() ');
}

/** The rules of a suggestion: the alert, and before it what it compares where that is no selector. */
export function ruleGroup(suggestion: ExportedSuggestion): RuleGroup {
  const { series, isRecorded } = comparedSeries(suggestion);
  const { left } = writtenAlert(suggestion);
  const { expr } = writtenAlert(suggestion, isRecorded ? series : undefined);
  const recorded = isRecorded ? [{ record: series, expr: left }] : [];
  return { name: 'throughline', rules: [...recorded, alertRule(suggestion, expr)] };
}

/** Says at the top of a file what it is. */
export function fileHead(suggestion: ExportedSuggestion): string {
  const lines = Object.entries(provenanceOf(suggestion)).map(
    ([name, text]) => `# ${name}: ${text}`,
  );
  return `# ${summaryOf(suggestion)}\n${lines.join('\n')}\n`;
}

/** A suggestion as a Prometheus rule file. */
export function prometheusRuleFile(suggestion: ExportedSuggestion): string {
  const body = stringify({ groups: [ruleGroup(suggestion)] }, { lineWidth: 0 });
  return fileHead(suggestion) + body;
}
