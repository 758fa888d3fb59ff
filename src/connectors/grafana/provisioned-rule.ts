import { stringify } from 'yaml';

import { formatDuration, MINUTE } from '../../core/telemetry/time.js';
import type { ExportedSuggestion } from '../../core/thresholds/exported-suggestion.js';
import { provenanceOf, summaryOf } from '../../core/thresholds/exported-suggestion.js';

/** How far back the query looks; an instant query takes the last value of it. */
const LOOK_BACK_SECONDS = 600;

/** Grafana's threshold expression knows only the strict comparisons in every version. */
function conditionOf({ question: { rule }, suggested }: ExportedSuggestion): object {
  const { comparison } = rule;
  const { threshold } = suggested;
  if (comparison.endsWith('=')) {
    // A dollar sign is doubled: the file's variables are those of the environment.
    return { type: 'math', expression: `$$A ${comparison} ${threshold}` };
  }
  const evaluator = { type: comparison === '>' ? 'gt' : 'lt', params: [threshold] };
  return { type: 'threshold', expression: 'A', conditions: [{ evaluator }] };
}

/**
 * A suggestion as Grafana's alerting provisioning file; the data source's uid is taken from the
 * environment of Grafana.
 *
 * @param compared what is compared, in PromQL.
 */
export function grafanaRuleFile(suggestion: ExportedSuggestion, compared: string): string {
  const { rule } = suggestion.question;
  const relativeTimeRange = { from: LOOK_BACK_SECONDS, to: 0 };
  const provisioned = {
    uid: suggestion.id.slice(0, 40),
    title: rule.name,
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
    ...(rule.keepFiringFor === 0 ? {} : { keep_firing_for: formatDuration(rule.keepFiringFor) }),
    labels: { ...rule.labels },
    annotations: { summary: summaryOf(suggestion), ...provenanceOf(suggestion) },
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
