import { stringify } from 'yaml';

import { DomainError } from '../../core/errors/domain-error.js';
import type { Labels } from '../../core/telemetry/anomaly.js';
import type { Duration } from '../../core/telemetry/time.js';
import { formatDuration, WEEK } from '../../core/telemetry/time.js';
import type { ExportedSuggestion } from '../../core/thresholds/exported-suggestion.js';
import type { ExcerptCheck, RuleExcerpt } from '../../core/thresholds/rule-excerpt.js';
import { excerptChecks } from '../../core/thresholds/rule-excerpt.js';
import { replayedRule } from '../../core/thresholds/threshold-question.js';
import { selectorParts } from './comparison.js';
import { alertRule, comparedSeries, fileHead } from './rule-file.js';

/** The rule file that the test is of, beside it. */
export const RULE_FILE = 'throughline-rule.yml';

/** promtool's clock begins on Thursday, 1970-01-01: so long after that is the excerpt's weekday and hour. */
function leadOf({ from, interval }: RuleExcerpt): Duration {
  const sinceThursday = from % WEEK;
  return Math.floor(sinceThursday / interval) * interval;
}

/** Samples in promtool's notation; where one is missing the series ends at once, as it did. */
function valuesOf(values: readonly (number | null)[], leading: number): string {
  const cells = values.map((value, k) => {
    if (value !== null) return String(value);
    return (values[k - 1] ?? null) === null ? '_' : 'stale';
  });
  return [...(leading > 0 ? [`_x${leading}`] : []), ...cells].join(' ');
}

function seriesName(metric: string, labels: Labels): string {
  const pairs = Object.entries(labels).map(([name, text]) => `${name}=${JSON.stringify(text)}`);
  return pairs.length === 0 ? metric : `${metric}{${pairs.join(', ')}}`;
}

interface TestedSeries {
  readonly metric: string;
  readonly labels: readonly Labels[];
}

/** How the excerpt's series are called: by their own labels, and those that the selector asks for. */
function testedSeries(suggestion: ExportedSuggestion, { series }: RuleExcerpt): TestedSeries {
  const compared = comparedSeries(suggestion);
  const parts = selectorParts(compared.series);
  const metric = parts?.metric ?? compared.series;
  const labels = series.map((one) => ({ ...one.labels, ...parts?.labels }));
  return { metric, labels };
}

function writtenCheck(
  suggestion: ExportedSuggestion,
  { labels }: TestedSeries,
  { at, firing }: ExcerptCheck,
): object {
  const { rule } = suggestion.question;
  const { annotations } = alertRule(suggestion, '') as { annotations: Labels };
  return {
    eval_time: formatDuration(at),
    alertname: rule.name,
    exp_alerts: firing.map((place) => ({
      exp_labels: { ...labels[place], ...rule.labels },
      exp_annotations: annotations,
    })),
  };
}

/**
 * A stretch of real history as a test for `promtool test rules`: what the suggested alert must do
 * wherever it begins or ends.
 *
 * @throws DomainError `no-history` where the suggestion was not made from a metric's history
 */
export function promtoolTest(suggestion: ExportedSuggestion): string {
  const { excerpt, question, suggested } = suggestion;
  if (excerpt === null) {
    const detail =
      'the suggestion was not made from the history of a metric: there is nothing to test with';
    throw new DomainError('no-history', detail);
  }
  const { interval } = excerpt;
  const lead = question.hours === undefined ? 0 : leadOf(excerpt);
  const tested = testedSeries(suggestion, excerpt);
  const rule = { ...replayedRule(question), threshold: suggested.threshold };
  const checks = excerptChecks(excerpt, rule, question.hours ?? null);
  const body = {
    rule_files: [RULE_FILE],
    evaluation_interval: formatDuration(interval),
    tests: [
      {
        name: `${question.rule.name} from ${new Date(excerpt.from).toISOString()} on`,
        interval: formatDuration(interval),
        input_series: excerpt.series.map(({ values }, place) => ({
          series: seriesName(tested.metric, tested.labels[place] ?? {}),
          values: valuesOf(values, lead / interval),
        })),
        alert_rule_test: checks.map((check) =>
          writtenCheck(suggestion, tested, { ...check, at: check.at - excerpt.from + lead }),
        ),
      },
    ],
  };
  return fileHead(suggestion) + stringify(body, { lineWidth: 0 });
}
