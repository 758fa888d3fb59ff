import { DomainError } from '../../core/errors/domain-error.js';
import type { Labels } from '../../core/telemetry/anomaly.js';
import type { Duration } from '../../core/telemetry/time.js';
import { HOUR, MINUTE } from '../../core/telemetry/time.js';
import type { ExportedSuggestion } from '../../core/thresholds/exported-suggestion.js';
import { provenanceOf, summaryOf } from '../../core/thresholds/exported-suggestion.js';

/** Windows that a Datadog metric monitor takes, shortest first. */
const WINDOWS: readonly (readonly [string, Duration])[] = [
  ['1m', MINUTE],
  ['5m', 5 * MINUTE],
  ['10m', 10 * MINUTE],
  ['15m', 15 * MINUTE],
  ['30m', 30 * MINUTE],
  ['1h', HOUR],
  ['2h', 2 * HOUR],
  ['4h', 4 * HOUR],
  ['1d', 24 * HOUR],
];

const METRIC = /^[a-zA-Z][a-zA-Z0-9_.]*$/;

function windowOf(length: Duration): string {
  return WINDOWS.find(([, long]) => long >= length)?.[0] ?? '1d';
}

/** The least extreme of the window must be beyond the threshold, as `for` asks of all of it. */
function queryOf({ question: { rule }, suggested }: ExportedSuggestion): string {
  const { metric = '', comparison, labels = {} } = rule;
  if (!METRIC.test(metric)) {
    throw new DomainError('no-metric', 'a Datadog monitor needs rule.metric, a name in Datadog');
  }
  const worst = comparison.startsWith('>') ? 'min' : 'max';
  const over = rule.for === 0 ? 'avg' : worst;
  const tags = Object.entries(labels).map(([name, text]) => `${name}:${text}`);
  const scope = tags.length === 0 ? '*' : tags.join(',');
  const window = windowOf(rule.for);
  return `${over}(last_${window}):avg:${metric}{${scope}} ${comparison} ${suggested.threshold}`;
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
  const { threshold } = suggestion.suggested;
  const name = rule.name.replaceAll(/[^a-zA-Z0-9_-]/g, '_').replace(/^(?![a-zA-Z_])/, '_');
  const monitor = {
    name: rule.name,
    type: 'metric alert',
    query: queryOf(suggestion),
    message: summaryOf(suggestion),
    monitor_thresholds: { critical: String(threshold) },
    include_tags: true,
    tags: [...tagsOf(rule.labels ?? {}), ...tagsOf(provenanceOf(suggestion))],
  };
  return `${JSON.stringify({ resource: { datadog_monitor: { [name]: monitor } } }, null, 2)}\n`;
}
