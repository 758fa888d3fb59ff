import type { Feature, FeatureSchema } from './feature-schema.js';

/** One feature with its unit and meaning, for model cards and documentation. */
export interface FeatureDescription extends Feature {
  readonly unit: string;
  readonly meaning: string;
  /** Features of one topic are one reason: their contributions are added. */
  readonly topic: string;
}

const list: FeatureDescription[] = [];

/** Adds a numeric feature: name, unit, meaning, and the topic where it is not the name. */
function numeric(name: string, unit: string, meaning: string, topic = name): void {
  list.push({ name, kind: 'numeric', unit, meaning, topic });
}

function categorical(name: string, meaning: string, topic = name): void {
  list.push({ name, kind: 'categorical', unit: 'category', meaning, topic });
}

categorical('severity', 'severity of the anomaly as sent');
numeric(
  'severity_level',
  '0 info .. 3 critical',
  'severity of the anomaly as an order',
  'severity',
);
numeric(
  'threshold_log_ratio',
  'ln ratio, clipped at 1000',
  'value against threshold, positive when worse',
);
numeric('score', 'as sent', 'anomaly score of the detector');
numeric('confidence', 'as sent, usually 0..1', 'confidence of the detector');
numeric('relevance', '0..1', 'relevance of the mapping rule for the stage');
numeric('stage_weight', '0..1', 'business weight of the stage');
numeric('stage_position', '0 first .. 1 last', 'place of the stage in its journey');
categorical('rule', 'name of the alert rule or detector');
categorical('service', 'label service, app or job, the first present');
categorical('source', 'system that sent the anomaly');
categorical('journey_stage', 'journey and stage');
categorical('segment', 'persona or customer group');
categorical('service_rule', 'service and rule together');
categorical('metric', 'metric that the rule watches');
numeric('hour_sin', 'sine of the hour, UTC', 'time of day', 'time_of_day');
numeric('hour_cos', 'cosine of the hour, UTC', 'time of day', 'time_of_day');
numeric('weekday_sin', 'sine of the weekday, UTC', 'day of the week', 'day_of_week');
numeric('weekday_cos', 'cosine of the weekday, UTC', 'day of the week', 'day_of_week');
numeric(
  'minutes_since_service_change',
  'minutes, 24 h at most',
  'age of the latest change on the same service',
  'service_change',
);
numeric(
  'service_change_recency',
  'exp(-minutes / 60), 0 for none',
  'how fresh the latest change on the same service is',
  'service_change',
);
categorical(
  'service_change_kind',
  'kind of the latest change on the same service',
  'service_change',
);
numeric(
  'service_changes_24h',
  'ln(1 + changes)',
  'changes on the same service in 24 hours',
  'service_change',
);
numeric(
  'any_change_recency',
  'exp(-minutes / 60), 0 for none',
  'how fresh the latest change anywhere is',
  'any_change',
);
numeric('any_changes_24h', 'ln(1 + changes)', 'changes anywhere in 24 hours', 'any_change');
for (const like of ['rule', 'service', 'fingerprint']) {
  const topic = `${like}_episodes`;
  for (const span of ['24h', '7d', '28d']) {
    const meaning = `earlier episodes of the same ${like} in ${span}`;
    numeric(`${topic}_${span}`, 'ln(1 + episodes)', meaning, topic);
  }
  const meaning = `time since the latest episode of the same ${like} began`;
  numeric(`${like}_episode_age`, 'ln(1 + minutes), 28 d at most', meaning, topic);
}
numeric(
  'stage_failure_logit',
  'log-odds',
  'pooled past failure rate of this stage',
  'stage_history',
);
numeric('stage_evidence', 'n / (n + 5)', 'decided episodes behind it', 'stage_history');
for (const [level, meaning] of [
  ['service', 'service'],
  ['rule', 'rule'],
  ['service_rule', 'service and rule'],
]) {
  const topic = `${level ?? ''}_history`;
  const rate = `pooled past failure rate of the same ${meaning ?? ''} on this stage`;
  numeric(`${level ?? ''}_failure_logit`, 'log-odds', rate, topic);
  numeric(`${level ?? ''}_evidence`, 'n / (n + 5)', 'decided episodes behind it', topic);
}
numeric('open_episodes', 'ln(1 + episodes)', 'other episodes open now');
numeric('open_episodes_stage', 'ln(1 + episodes)', 'other episodes open now on this stage');
numeric('open_episodes_service', 'ln(1 + episodes)', 'other episodes open now on this service');
numeric('open_max_severity', '0 info .. 3 critical', 'worst severity of the other open episodes');
for (const minutes of [15, 60]) {
  const window = `in the last ${minutes} minutes against the usual`;
  numeric(`entries_log_ratio_${minutes}m`, 'ln ratio', `entries ${window}`, 'entries');
  numeric(
    `conversions_log_ratio_${minutes}m`,
    'ln ratio',
    `conversions that happened ${window}`,
    'conversions',
  );
}
numeric(
  'conversions_shortfall_60m',
  'standard deviations (Anscombe)',
  'conversions missing in the last 60 minutes, positive when fewer than usual',
  'conversions',
);
numeric(
  'conversion_rate_log_ratio_60m',
  'ln ratio',
  'conversions per entry in the last 60 minutes against the usual',
  'conversion_rate',
);
numeric(
  'expected_conversions_log',
  'ln(1 + conversions per hour)',
  'conversions that the baseline expects in the coming hour',
  'expected_conversions',
);
numeric(
  'data_age_log',
  'ln(1 + seconds)',
  'age of the newest journey event known',
  'data_freshness',
);

/** Every feature of an anomaly on a stage with unit and meaning, in the models' order. */
export const ANOMALY_FEATURE_LIST: readonly FeatureDescription[] = list;

/** The schema of the models that score anomalies. */
export const ANOMALY_FEATURES: FeatureSchema = {
  features: list.map(({ name, kind }) => ({ name, kind })),
};
