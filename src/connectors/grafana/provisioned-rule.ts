import { stringify } from 'yaml';

import type { Comparison } from '../../core/telemetry/anomaly.js';
import { formatDuration, MINUTE } from '../../core/telemetry/time.js';
import { directionOf } from '../../core/thresholds/alert-rule.js';
import type { ExportedSuggestion } from '../../core/thresholds/exported-suggestion.js';
import { provenanceOf, summaryOf } from '../../core/thresholds/exported-suggestion.js';

/** How far back the query looks; an instant query takes the last value of it. */
const LOOK_BACK_SECONDS = 600;

/** Grafana's names of comparisons, and of what ends each: its opposite. */
const EVALUATORS: Readonly<Record<Comparison, { readonly type: string; readonly ends: string }>> = {
  '>': { type: 'gt', ends: 'lte' },
  '>=': { type: 'gte', ends: 'lt' },
  '<': { type: 'lt', ends: 'gte' },
  '<=': { type: 'lte', ends: 'gt' },
};

/** Whether the recovery lies on the good side of the threshold; elsewhere it has no effect. */
function recovers({ question: { rule }, suggested }: ExportedSuggestion): boolean {
  const { recovery, comparison } = rule;
  if (recovery === undefined) return false;
  return directionOf(comparison) * (suggested.threshold - recovery) > 0;
}

/** Grafana's threshold expression; of older versions only strict comparisons, so the others are math. */
function conditionOf(suggestion: ExportedSuggestion): object {
  const { comparison, recovery } = suggestion.question.rule;
  const { threshold } = suggestion.suggested;
  const hasRecovery = recovers(suggestion);
  if (comparison.endsWith('=') && !hasRecovery) {
    return { type: 'math', expression: `$A ${comparison} ${threshold}` };
  }
  const { type, ends } = EVALUATORS[comparison];
  const condition = {
    evaluator: { type, params: [threshold] },
    ...(hasRecovery ? { unloadEvaluator: { type: ends, params: [recovery] } } : {}),
  };
  return { type: 'threshold', expression: 'A', conditions: [condition] };
}

/** Where Grafana does other than the rule did. */
function differenceOf(suggestion: ExportedSuggestion): object {
  if (!recovers(suggestion) || suggestion.question.rule.for === 0) return {};
  return { throughline_differs: 'while pending too, the value need only stay beyond the recovery' };
}

/** A text in which Grafana replaces no variable of its environment. */
const literal = (text: string): string => text.replaceAll('$', '$$$$');

/**
 * A suggestion as Grafana's alerting provisioning file; the data source's uid is taken from the
 * environment of Grafana. Models are taken as they are (pkg/services/provisioning/alerting).
 *
 * @param compared what is compared, in PromQL.
 */
export function grafanaRuleFile(suggestion: ExportedSuggestion, compared: string): string {
  const { rule } = suggestion.question;
  const relativeTimeRange = { from: LOOK_BACK_SECONDS, to: 0 };
  const labels = Object.entries(rule.labels ?? {}).map(([name, text]) => [name, literal(text)]);
  const provisioned = {
    uid: suggestion.id.slice(0, 40),
    title: literal(rule.name),
    condition: 'B',
    data: [
      {
        refId: 'A',
        relativeTimeRange,
        datasourceUid: '$PROMETHEUS_UID',
        model: { refId: 'A', expr: compared, instant: true },
      },
      {
        refId: 'B',
        relativeTimeRange,
        datasourceUid: '__expr__',
        model: { refId: 'B', ...conditionOf(suggestion) },
      },
    ],
    noDataState: 'OK',
    execErrState: 'Error',
    for: formatDuration(rule.for),
    ...(rule.keepFiringFor === 0 ? {} : { keepFiringFor: formatDuration(rule.keepFiringFor) }),
    labels: Object.fromEntries(labels) as object,
    annotations: {
      summary: summaryOf(suggestion),
      ...provenanceOf(suggestion),
      ...differenceOf(suggestion),
    },
  };
  const group = {
    orgId: 1,
    name: 'throughline',
    folder: 'Throughline',
    interval: formatDuration(MINUTE),
    rules: [provisioned],
  };
  return stringify({ apiVersion: 1, groups: [group] }, { lineWidth: 0 });
}
