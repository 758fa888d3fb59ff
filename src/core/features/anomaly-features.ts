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
import { trafficFeatures } from './traffic-features.js';

type Values = Record<string, FeatureValue>;

const MONTH = 28 * DAY;

/** The place of a severity in its order: 0 info to 3 critical. */
export function severityLevel(severity: Severity): number {
  return SEVERITIES.indexOf(severity);
}

function ofAnomaly(anomaly: Anomaly, mapping: StageMapping): Values {
  const service = serviceOf(anomaly.labels);
  return {
    severity: anomaly.severity,
    severity_level: severityLevel(anomaly.severity),
    threshold_log_ratio: thresholdLogRatio(anomaly),
    score: anomaly.score ?? null,
    confidence: anomaly.confidence ?? null,
    relevance: mapping.relevance,
    stage_weight: mapping.stageWeight,
    stage_position: mapping.stageCount > 1 ? mapping.stageIndex / (mapping.stageCount - 1) : 0,
    rule: anomaly.name,
    service,
    source: anomaly.source,
    journey_stage: `${mapping.journey}/${mapping.stage}`,
    segment: anomaly.segment ?? null,
    service_rule: service === null ? null : `${service}/${anomaly.name}`,
    metric: anomaly.metric ?? null,
  };
}

function ofClock(asOf: Instant): Values {
  const day = (2 * Math.PI * (asOf % DAY)) / DAY;
  // 1970-01-01 was a Thursday; the origin only turns the circle.
  const week = (2 * Math.PI * (asOf % (7 * DAY))) / (7 * DAY);
  return {
    hour_sin: Math.sin(day),
    hour_cos: Math.cos(day),
    weekday_sin: Math.sin(week),
    weekday_cos: Math.cos(week),
  };
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

function ofChanges(changes: readonly RecentChange[], anomaly: Anomaly, asOf: Instant): Values {
  const recent = changes.filter((c) => c.occurredAt <= asOf && c.occurredAt > asOf - DAY);
  const service = serviceOf(anomaly.labels);
  const own = service === null ? [] : recent.filter((c) => serviceOf(c.labels) === service);
  const latest = latestOf(own);
  return {
    minutes_since_service_change: latest === null ? null : (asOf - latest.occurredAt) / MINUTE,
    service_change_recency: recency(latest, asOf),
    service_change_kind: latest?.kind ?? null,
    service_changes_24h: Math.log1p(own.length),
    any_change_recency: recency(latestOf(recent), asOf),
    any_changes_24h: Math.log1p(recent.length),
  };
}

function ofEpisodes(like: string, counts: EpisodeCounts | null, asOf: Instant): Values {
  const latest = counts?.latestStart ?? null;
  const known = latest !== null && latest <= asOf && latest > asOf - MONTH;
  return {
    [`${like}_episodes_24h`]: counts === null ? null : Math.log1p(counts.lastDay),
    [`${like}_episodes_7d`]: counts === null ? null : Math.log1p(counts.lastWeek),
    [`${like}_episodes_28d`]: counts === null ? null : Math.log1p(counts.lastMonth),
    [`${like}_episode_age`]: known ? Math.log1p((asOf - latest) / MINUTE) : null,
  };
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

function ofLabels(known: LabelHistory | null): Values {
  const labels = known ?? NO_HISTORY;
  const stage = pooledRate(labels.stage, pooledRate(labels.overall, DEFAULT_FAILURE_RATE));
  const rule = pooledRate(labels.rule, stage);
  return {
    stage_failure_logit: logit(stage),
    stage_evidence: evidenceShare(labels.stage),
    service_failure_logit: logit(pooledRate(labels.service, stage)),
    service_evidence: evidenceShare(labels.service),
    rule_failure_logit: logit(rule),
    rule_evidence: evidenceShare(labels.rule),
    service_rule_failure_logit: logit(pooledRate(labels.serviceRule, rule)),
    service_rule_evidence: evidenceShare(labels.serviceRule),
  };
}

function ofOpen(open: OpenEpisodes | null): Values {
  const worst = open?.maxSeverity ?? null;
  return {
    open_episodes: open === null ? null : Math.log1p(open.total),
    open_episodes_stage: open === null ? null : Math.log1p(open.sameStage),
    open_episodes_service: open === null ? null : Math.log1p(open.sameService),
    open_max_severity: worst === null ? null : severityLevel(worst),
  };
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
  const age = context.freshnessSeconds;
  return {
    ...ofAnomaly(anomaly, mapping),
    ...ofClock(asOf),
    ...ofChanges(context.changes, anomaly, asOf),
    ...ofEpisodes('rule', context.sameRule, asOf),
    ...ofEpisodes('service', context.sameService, asOf),
    ...ofEpisodes('fingerprint', context.sameFingerprint, asOf),
    ...ofLabels(context.labels),
    ...ofOpen(context.open),
    ...trafficFeatures(context.traffic),
    data_age_log: age === null ? null : Math.log1p(Math.max(0, age)),
  };
}
