import type { FeatureRow } from '../features/feature-schema.js';
import { MAX_LOG_RATIO } from '../features/threshold-ratio.js';

const WEEKDAYS = [
  'Sunday',
  'Monday',
  'Tuesday',
  'Wednesday',
  'Thursday',
  'Friday',
  'Saturday',
] as const;

/** At most three significant digits, never in exponent form. */
function rounded(value: number): string {
  return String(Number(Math.abs(value) >= 100 ? value.toFixed(0) : value.toPrecision(3)));
}

function numberIn(row: FeatureRow, name: string): number | null {
  const value = row[name];
  return typeof value === 'number' ? value : null;
}

function say(row: FeatureRow, name: string, text: (value: number) => string): string {
  const value = numberIn(row, name);
  return value === null ? `${name.replaceAll('_', ' ')} is not known` : text(value);
}

function name(row: FeatureRow, feature: string, fallback: string): string {
  return String(row[feature] ?? fallback);
}

function count(value: number, noun: string): string {
  const whole = Math.round(value);
  return `${whole} ${noun}${whole === 1 ? '' : 's'}`;
}

function counted(row: FeatureRow, feature: string, noun: string): string {
  return count(Math.expm1(numberIn(row, feature) ?? 0), noun);
}

/** Turns a point on the circle back into its share of a turn, 0..1. */
function turn(row: FeatureRow, feature: string): number {
  const angle = Math.atan2(
    numberIn(row, `${feature}_sin`) ?? 0,
    numberIn(row, `${feature}_cos`) ?? 1,
  );
  return (angle / (2 * Math.PI) + 1) % 1;
}

function timeOfDay(row: FeatureRow): string {
  const minutes = Math.round(turn(row, 'hour') * 1440) % 1440;
  const two = (part: number): string => String(part).padStart(2, '0');
  return `it is ${two(Math.floor(minutes / 60))}:${two(minutes % 60)} UTC`;
}

function dayOfWeek(row: FeatureRow): string {
  // The circle begins on a Thursday; a margin keeps midnight from rounding to the day before.
  const day = Math.floor(turn(row, 'weekday') * 7 + 1e-9) + 4;
  return `it is ${WEEKDAYS[day % 7] ?? ''}`;
}

function pastThreshold(row: FeatureRow): string {
  const subject = name(row, 'metric', 'the value');
  return say(row, 'threshold_log_ratio', (log) => {
    if (log === 0) return `${subject} is at its threshold`;
    const factor =
      Math.abs(log) < MAX_LOG_RATIO ? rounded(Math.exp(Math.abs(log))) : '1000 or more';
    return `${subject} is ${log > 0 ? 'beyond' : 'within'} its threshold by a factor of ${factor}`;
  });
}

function serviceChange(row: FeatureRow): string {
  const minutes = numberIn(row, 'minutes_since_service_change');
  const service = name(row, 'service', 'the service');
  if (minutes === null) return `no change on ${service} in the last 24 hours`;
  const kind = name(row, 'service_change_kind', 'change');
  return `latest change on ${service}: ${kind} ${count(minutes, 'minute')} ago`;
}

function episodes(like: string) {
  return (row: FeatureRow): string =>
    `${counted(row, `${like}_episodes_24h`, 'earlier episode')} of the same ${like} in 24 hours, ${counted(row, `${like}_episodes_28d`, 'episode')} in 28 days`;
}

function history(level: string, of: string) {
  return (row: FeatureRow): string =>
    say(row, `${level}_failure_logit`, (logit) => {
      const percent = rounded(100 / (1 + Math.exp(-logit)));
      const share = numberIn(row, `${level}_evidence`) ?? 0;
      const decided = count((5 * share) / (1 - share), 'decided episode');
      return `past episodes of ${of} failed in ${percent} % (${decided}, pooled)`;
    });
}

function usual(feature: string, noun: string) {
  return (row: FeatureRow): string =>
    say(row, feature, (log) => `${noun} are ${rounded(Math.exp(log))} times their usual number`);
}

/** What to say of a topic of features, in people's words, given the row. */
export const REASON_TEXTS: Readonly<Record<string, (row: FeatureRow) => string>> = {
  severity: (row) => `severity is ${name(row, 'severity', 'not known')}`,
  threshold_log_ratio: pastThreshold,
  score: (row) => say(row, 'score', (v) => `the detector's score is ${rounded(v)}`),
  confidence: (row) => say(row, 'confidence', (v) => `the detector's confidence is ${rounded(v)}`),
  relevance: (row) =>
    say(row, 'relevance', (v) => `the mapping's relevance for the stage is ${rounded(v)}`),
  stage_weight: (row) => say(row, 'stage_weight', (v) => `the stage's weight is ${rounded(v)}`),
  stage_position: (row) =>
    say(row, 'stage_position', (v) => `the stage is ${rounded(100 * v)} % along its journey`),
  rule: (row) => `the rule is ${name(row, 'rule', 'not known')}`,
  service: (row) => `the service is ${name(row, 'service', 'not known')}`,
  source: (row) => `the source is ${name(row, 'source', 'not known')}`,
  journey_stage: (row) => `the stage is ${name(row, 'journey_stage', 'not known')}`,
  segment: (row) => `the segment is ${name(row, 'segment', 'not known')}`,
  service_rule: (row) =>
    `the rule ${name(row, 'rule', 'not known')} on the service ${name(row, 'service', 'not known')}`,
  metric: (row) => `the metric is ${name(row, 'metric', 'not known')}`,
  time_of_day: timeOfDay,
  day_of_week: dayOfWeek,
  service_change: serviceChange,
  any_change: (row) =>
    `${counted(row, 'any_changes_24h', 'change')} on any service in the last 24 hours`,
  rule_episodes: episodes('rule'),
  service_episodes: episodes('service'),
  fingerprint_episodes: episodes('fingerprint'),
  stage_history: history('stage', 'this stage'),
  service_history: history('service', 'this service'),
  rule_history: history('rule', 'this rule'),
  service_rule_history: history('service_rule', 'this rule and service'),
  open_episodes: (row) => `${counted(row, 'open_episodes', 'other episode')} open now`,
  open_episodes_stage: (row) =>
    `${counted(row, 'open_episodes_stage', 'other episode')} open now on the stage`,
  open_episodes_service: (row) =>
    `${counted(row, 'open_episodes_service', 'other episode')} open now on the service`,
  open_max_severity: (row) =>
    say(row, 'open_max_severity', (v) => `the worst other open episode has severity ${v} of 3`),
  entries: usual('entries_log_ratio_60m', 'entries in the last hour'),
  conversions: usual('conversions_log_ratio_60m', 'conversions in the last hour'),
  conversion_rate: (row) =>
    say(
      row,
      'conversion_rate_log_ratio_60m',
      (log) => `conversions per entry are ${rounded(Math.exp(log))} times the usual`,
    ),
  expected_conversions: (row) =>
    say(
      row,
      'expected_conversions_log',
      (log) => `${count(Math.expm1(log), 'conversion')} expected in the coming hour`,
    ),
  data_freshness: (row) =>
    say(
      row,
      'data_age_log',
      (log) => `the newest journey event is ${count(Math.expm1(log), 'second')} old`,
    ),
};
