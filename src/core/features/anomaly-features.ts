import { SEVERITIES, type Anomaly, type Severity } from '../telemetry/anomaly.js';
import { DAY, HOUR, MINUTE, type Instant } from '../telemetry/time.js';
import type {
  EpisodeCounts,
  FeatureContext,
  LabelHistory,
  OpenEpisodes,
  RecentChange,
  StageMapping,
} from './feature-context.js';
import type { FeatureRow, FeatureValue } from './feature-schema.js';
import { DEFAULT_FAILURE_RATE, evidenceShare, pooledRate } from './pooled-rate.js';
import { serviceOf } from './service-of.js';
import { thresholdLogRatio } from './threshold-ratio.js';
import { addTraffic } from './traffic-features.js';

/**
 * A row under construction. Each section stores its own features under literal names: spreading
 * parts into one object of this size takes V8 ten times as long.
 */
type RowInMaking = Record<string, FeatureValue>;

const MONTH = 28 * DAY;

/** The place of a severity in its order: 0 info to 3 critical. */
export function severityLevel(severity: Severity): number {
  return SEVERITIES.indexOf(severity);
}

function addAnomaly(row: RowInMaking, anomaly: Anomaly, mapping: StageMapping): void {
  const service = serviceOf(anomaly.labels);
  row['severity'] = anomaly.severity;
  row['severity_level'] = severityLevel(anomaly.severity);
  row['threshold_log_ratio'] = thresholdLogRatio(anomaly);
  row['score'] = anomaly.score ?? null;
  row['confidence'] = anomaly.confidence ?? null;
  row['relevance'] = mapping.relevance;
  row['stage_weight'] = mapping.stageWeight;
  row['stage_position'] =
    mapping.stageCount > 1 ? mapping.stageIndex / (mapping.stageCount - 1) : 0;
  row['rule'] = anomaly.name;
  row['service'] = service;
  row['source'] = anomaly.source;
  row['journey_stage'] = `${mapping.journey}/${mapping.stage}`;
  row['segment'] = anomaly.segment ?? null;
  row['service_rule'] = service === null ? null : `${service}/${anomaly.name}`;
  row['metric'] = anomaly.metric ?? null;
}

function addClock(row: RowInMaking, asOf: Instant): void {
  const day = (2 * Math.PI * (asOf % DAY)) / DAY;
  // 1970-01-01 was a Thursday; the origin only turns the circle.
  const week = (2 * Math.PI * (asOf % (7 * DAY))) / (7 * DAY);
  row['hour_sin'] = Math.sin(day);
  row['hour_cos'] = Math.cos(day);
  row['weekday_sin'] = Math.sin(week);
  row['weekday_cos'] = Math.cos(week);
}

function latestOf(changes: readonly RecentChange[]): RecentChange | null {
  let latest: RecentChange | null = null;
  for (const change of changes) {
    if (latest === null || change.occurredAt > latest.occurredAt) latest = change;
  }
  return latest;
}

/** exp(-age / 1 h): 1 just after a change, 0 without one. */
function recency(change: RecentChange | null, asOf: Instant): number {
  return change === null ? 0 : Math.exp((change.occurredAt - asOf) / HOUR);
}

function addChanges(
  row: RowInMaking,
  changes: readonly RecentChange[],
  service: string | null,
  asOf: Instant,
): void {
  const recent = changes.filter((c) => c.occurredAt <= asOf && c.occurredAt > asOf - DAY);
  const own = service === null ? [] : recent.filter((c) => serviceOf(c.labels) === service);
  const latest = latestOf(own);
  row['minutes_since_service_change'] =
    latest === null ? null : (asOf - latest.occurredAt) / MINUTE;
  row['service_change_recency'] = recency(latest, asOf);
  row['service_change_kind'] = latest?.kind ?? null;
  row['service_changes_24h'] = Math.log1p(own.length);
  row['any_change_recency'] = recency(latestOf(recent), asOf);
  row['any_changes_24h'] = Math.log1p(recent.length);
}

interface EpisodeValues {
  readonly day: number | null;
  readonly week: number | null;
  readonly month: number | null;
  readonly age: number | null;
}

const NO_EPISODE_COUNTS: EpisodeValues = { day: null, week: null, month: null, age: null };

function episodeValues(counts: EpisodeCounts | null, asOf: Instant): EpisodeValues {
  if (counts === null) return NO_EPISODE_COUNTS;
  const latest = counts.latestStart;
  const known = latest !== null && latest <= asOf && latest > asOf - MONTH;
  return {
    day: Math.log1p(counts.lastDay),
    week: Math.log1p(counts.lastWeek),
    month: Math.log1p(counts.lastMonth),
    age: known ? Math.log1p((asOf - latest) / MINUTE) : null,
  };
}

function addEpisodes(row: RowInMaking, context: FeatureContext, asOf: Instant): void {
  const rule = episodeValues(context.sameRule, asOf);
  row['rule_episodes_24h'] = rule.day;
  row['rule_episodes_7d'] = rule.week;
  row['rule_episodes_28d'] = rule.month;
  row['rule_episode_age'] = rule.age;
  const service = episodeValues(context.sameService, asOf);
  row['service_episodes_24h'] = service.day;
  row['service_episodes_7d'] = service.week;
  row['service_episodes_28d'] = service.month;
  row['service_episode_age'] = service.age;
  const fingerprint = episodeValues(context.sameFingerprint, asOf);
  row['fingerprint_episodes_24h'] = fingerprint.day;
  row['fingerprint_episodes_7d'] = fingerprint.week;
  row['fingerprint_episodes_28d'] = fingerprint.month;
  row['fingerprint_episode_age'] = fingerprint.age;
}

function logit(probability: number): number {
  return Math.log(probability / (1 - probability));
}

const NO_HISTORY: LabelHistory = {
  overall: null,
  stage: null,
  service: null,
  rule: null,
  serviceRule: null,
};

function addLabels(row: RowInMaking, known: LabelHistory | null): void {
  const labels = known ?? NO_HISTORY;
  const stage = pooledRate(labels.stage, pooledRate(labels.overall, DEFAULT_FAILURE_RATE));
  const rule = pooledRate(labels.rule, stage);
  row['stage_failure_logit'] = logit(stage);
  row['stage_evidence'] = evidenceShare(labels.stage);
  row['service_failure_logit'] = logit(pooledRate(labels.service, stage));
  row['service_evidence'] = evidenceShare(labels.service);
  row['rule_failure_logit'] = logit(rule);
  row['rule_evidence'] = evidenceShare(labels.rule);
  row['service_rule_failure_logit'] = logit(pooledRate(labels.serviceRule, rule));
  row['service_rule_evidence'] = evidenceShare(labels.serviceRule);
}

function addOpen(row: RowInMaking, open: OpenEpisodes | null): void {
  const worst = open?.maxSeverity ?? null;
  row['open_episodes'] = open === null ? null : Math.log1p(open.total);
  row['open_episodes_stage'] = open === null ? null : Math.log1p(open.sameStage);
  row['open_episodes_service'] = open === null ? null : Math.log1p(open.sameService);
  row['open_max_severity'] = worst === null ? null : severityLevel(worst);
}

/**
 * The features of an anomaly on one stage, from what was known at `asOf`; units are in ANOMALY_FEATURE_LIST.
 *
 * `endedAt` and `peakValue` are never read: they are learned later, and whether they are there would
 * tell replayed history from the present.
 */
export function extractFeatures(
  anomaly: Anomaly,
  mapping: StageMapping,
  context: FeatureContext,
  asOf: Instant,
): FeatureRow {
  const row: RowInMaking = {};
  addAnomaly(row, anomaly, mapping);
  addClock(row, asOf);
  addChanges(row, context.changes, serviceOf(anomaly.labels), asOf);
  addEpisodes(row, context, asOf);
  addLabels(row, context.labels);
  addOpen(row, context.open);
  addTraffic(row, context.traffic);
  const age = context.freshnessSeconds;
  row['data_age_log'] = age === null ? null : Math.log1p(Math.max(0, age));
  return row;
}
