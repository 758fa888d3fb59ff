import { DomainError } from '../../core/errors/domain-error.js';
import type { Labels } from '../../core/telemetry/anomaly.js';
import { formatDuration, MINUTE } from '../../core/telemetry/time.js';
import { directionOf } from '../../core/thresholds/alert-rule.js';
import type { ExportedSuggestion } from '../../core/thresholds/exported-suggestion.js';
import { provenanceOf, summaryOf } from '../../core/thresholds/exported-suggestion.js';

/** The shortest and the longest window of a metric monitor, minutes. */
const [SHORTEST, LONGEST] = [1, 10_080];

/** A metric's name in Datadog, with the tags that it is narrowed to, if any. */
const METRIC = /^(?<name>[a-zA-Z][a-zA-Z0-9_.]*)(?:\{(?<scope>[^{}]+)\})?$/;

function windowOf({ question: { rule } }: ExportedSuggestion): number {
  return Math.min(LONGEST, Math.max(SHORTEST, Math.ceil(rule.for / MINUTE)));
}

/** A number as Datadog's queries have it: without an exponent. */
function decimal(value: number): string {
  const [digits = '', exponent = '0'] = value.toExponential().split('e');
  const places = (digits.split('.')[1] ?? '').length - Number(exponent);
  return value.toFixed(Math.min(100, Math.max(0, places)));
}

/**
 * `time_aggr(time_window):space_aggr:metric{tags} [by {key}] operator #`: the least extreme of the
 * window must be beyond the threshold, as `for` asks of all of it, and any one series is enough.
 */
function queryOf(suggestion: ExportedSuggestion): string {
  const { question, suggested } = suggestion;
  const { metric = '', comparison } = question.rule;
  const { name, scope = '*' } = METRIC.exec(metric)?.groups ?? {};
  if (name === undefined) {
    throw new DomainError('no-metric', 'a Datadog monitor needs rule.metric, a name in Datadog');
  }
  const [least, most] = comparison.startsWith('>') ? ['min', 'max'] : ['max', 'min'];
  const over = `${question.rule.for === 0 ? 'avg' : least}(last_${windowOf(suggestion)}m)`;
  const by = question.groupBy.length === 0 ? '' : ` by {${question.groupBy.join(',')}}`;
  return `${over}:${most}:${name}{${scope}}${by} ${comparison} ${decimal(suggested.threshold)}`;
}

/** Datadog takes a recovery on the good side of the threshold only; elsewhere it has no effect. */
function thresholdsOf({ question: { rule }, suggested }: ExportedSuggestion): object {
  const { recovery, comparison } = rule;
  const critical = decimal(suggested.threshold);
  const isGood =
    recovery !== undefined && directionOf(comparison) * (suggested.threshold - recovery) > 0;
  return isGood ? { critical, critical_recovery: decimal(recovery) } : { critical };
}

/** What the monitor does other than the rule, in words. */
function differencesOf(suggestion: ExportedSuggestion): string[] {
  const { rule, hours } = suggestion.question;
  const [window, kept] = [`${windowOf(suggestion)}m`, formatDuration(rule.keepFiringFor)];
  return [
    ...(rule.for === windowOf(suggestion) * MINUTE
      ? []
      : [`it looks at ${window} (for: ${formatDuration(rule.for)})`]),
    ...(rule.keepFiringFor === 0 ? [] : [`it does not keep firing for ${kept}`]),
    ...(hours === undefined ? [] : ['it is not kept to hours: mute the others by a downtime']),
  ];
}

function messageOf(suggestion: ExportedSuggestion): string {
  const differences = differencesOf(suggestion);
  const summary = summaryOf(suggestion);
  if (differences.length === 0) return summary;
  return `${summary}. Other than the rule: ${differences.join('; ')}.`;
}

function tagsOf(labels: Labels): string[] {
  return Object.entries(labels).map(([name, text]) => `${name}:${text}`);
}

/**
 * A suggestion as a Terraform file of the Datadog provider; the number in the query is the critical
 * threshold, which Datadog insists on.
 *
 * @throws DomainError `no-metric`
 */
export function datadogMonitorFile(suggestion: ExportedSuggestion): string {
  const { rule } = suggestion.question;
  const name = rule.name.replaceAll(/[^a-zA-Z0-9_-]/g, '_').replace(/^(?![a-zA-Z_])/, '_');
  const monitor = {
    name: rule.name,
    type: 'metric alert',
    query: queryOf(suggestion),
    message: messageOf(suggestion),
    monitor_thresholds: thresholdsOf(suggestion),
    include_tags: true,
    // Else a window with a gap in it is not looked at.
    require_full_window: false,
    tags: [...tagsOf(rule.labels ?? {}), ...tagsOf(provenanceOf(suggestion))],
  };
  return `${JSON.stringify({ resource: { datadog_monitor: { [name]: monitor } } }, null, 2)}\n`;
}
