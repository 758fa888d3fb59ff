import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  ANOMALY_FEATURES,
  ANOMALY_FEATURE_LIST,
} from '../../../src/core/features/anomaly-feature-list.js';
import { extractFeatures } from '../../../src/core/features/anomaly-features.js';
import {
  EMPTY_CONTEXT,
  type FeatureContext,
  type StageMapping,
} from '../../../src/core/features/feature-context.js';
import { MAX_LOG_RATIO, thresholdLogRatio } from '../../../src/core/features/threshold-ratio.js';
import type { Anomaly } from '../../../src/core/telemetry/anomaly.js';
import { HOUR, MINUTE } from '../../../src/core/telemetry/time.js';

const NOW = Date.UTC(2026, 10, 18, 6, 0); // a Wednesday, 06:00

const anomaly: Anomaly = {
  id: 'a1',
  source: 'alertmanager',
  name: 'PaymentErrors',
  fingerprint: 'f1',
  metric: 'payment_error_rate',
  value: 0.4,
  threshold: 0.1,
  comparison: '>',
  severity: 'critical',
  labels: { service: 'payment', app: 'shop' },
  startedAt: NOW - MINUTE,
};

const mapping: StageMapping = {
  journey: 'checkout',
  stage: 'payment',
  stageIndex: 2,
  stageCount: 4,
  stageWeight: 0.95,
  relevance: 0.8,
};

const release = (id: string, minutesAgo: number, service: string) => ({
  id,
  kind: 'release' as const,
  occurredAt: NOW - minutesAgo * MINUTE,
  labels: { service },
});

const context: FeatureContext = {
  changes: [release('c1', 90, 'payment'), release('c2', 30, 'payment'), release('c3', 5, 'search')],
  sameRule: { lastDay: 1, lastWeek: 3, lastMonth: 9, latestStart: NOW - HOUR },
  sameService: null,
  sameFingerprint: { lastDay: 0, lastWeek: 0, lastMonth: 0, latestStart: null },
  labels: {
    overall: { failures: 10, decided: 95 },
    stage: { failures: 5, decided: 20 },
    service: null,
    rule: { failures: 4, decided: 10 },
    serviceRule: { failures: 3, decided: 5 },
  },
  open: { total: 4, sameStage: 1, sameService: 0, maxSeverity: 'error' },
  traffic: {
    entries15: 10,
    entries60: 40,
    usualEntries15: 10,
    usualEntries60: 39.5,
    conversions15: 0,
    conversions60: 10,
    usualConversions15: 8,
    usualConversions60: 30,
    expectedConversionsPerHour: 31,
  },
  freshnessSeconds: 12,
};

const features = (over: Partial<FeatureContext> = {}) =>
  extractFeatures(anomaly, mapping, { ...context, ...over }, NOW);

describe('the anomaly features', () => {
  it('fill exactly the schema, each with unit and meaning', () => {
    const names = ANOMALY_FEATURES.features.map((f) => f.name);
    expect(Object.keys(features()).sort()).toEqual([...names].sort());
    expect(new Set(names).size).toBe(names.length);
    for (const { name, unit, meaning } of ANOMALY_FEATURE_LIST) {
      expect(name).toMatch(/^[a-z0-9_]+$/);
      expect(unit.length * meaning.length).toBeGreaterThan(0);
    }
  });

  it('keep to the kind of each feature', () => {
    const row = features();
    for (const { name, kind } of ANOMALY_FEATURES.features) {
      const value = row[name];
      if (value !== null) expect(typeof value).toBe(kind === 'numeric' ? 'number' : 'string');
      if (typeof value === 'number') expect(Number.isFinite(value)).toBe(true);
    }
  });

  it('read the anomaly and its mapping', () => {
    expect(features()).toMatchObject({
      severity_level: 3,
      service: 'payment',
      service_rule: 'payment/PaymentErrors',
      journey_stage: 'checkout/payment',
      stage_position: 2 / 3,
      segment: null,
      score: null,
    });
    expect(features()['threshold_log_ratio']).toBeCloseTo(Math.log(4), 12);
    expect(features()['hour_sin']).toBeCloseTo(1, 12);
  });

  it('find the latest change on the same service', () => {
    expect(features()).toMatchObject({
      minutes_since_service_change: 30,
      service_change_recency: Math.exp(-0.5),
      service_change_kind: 'release',
      service_changes_24h: Math.log(3),
      any_changes_24h: Math.log(4),
      any_change_recency: Math.exp(-5 / 60),
    });
  });

  it('pull failure rates to the coarser level', () => {
    // By hand: overall (10 + .5) / 100; stage (5 + 5 * .105) / 25; rule (4 + 5 * .221) / 15;
    // service x rule (3 + 5 * .340333) / 10.
    const odds = (p: number) => Math.log(p / (1 - p));
    const row = features();
    expect(row['stage_failure_logit']).toBeCloseTo(odds(0.221), 12);
    expect(row['service_failure_logit']).toBeCloseTo(odds(0.221), 12);
    expect(row['rule_failure_logit']).toBeCloseTo(odds(0.3403333333333333), 12);
    expect(row['service_rule_failure_logit']).toBeCloseTo(odds(0.4701666666666667), 12);
    expect(row['service_rule_evidence']).toBe(0.5);
    expect(features({ labels: null })['rule_failure_logit']).toBeCloseTo(odds(0.1), 12);
  });

  it('compare the traffic with the usual one', () => {
    const row = features();
    expect(row['entries_log_ratio_60m']).toBeCloseTo(Math.log(40.5 / 40), 12);
    expect(row['conversions_log_ratio_15m']).toBeCloseTo(Math.log(0.5 / 8.5), 12);
    expect(row['conversions_shortfall_60m']).toBeCloseTo(
      2 * (Math.sqrt(30.375) - Math.sqrt(10.375)),
      12,
    );
    expect(row['conversion_rate_log_ratio_60m']).toBeCloseTo(
      Math.log(10.5 / 30.5) - Math.log(40.5 / 40),
      12,
    );
  });

  it('leave what is not known null', () => {
    const row = extractFeatures(
      { ...anomaly, value: undefined, labels: {} },
      mapping,
      EMPTY_CONTEXT,
      NOW,
    );
    for (const name of [
      'threshold_log_ratio',
      'service',
      'service_rule',
      'minutes_since_service_change',
      'rule_episodes_24h',
      'open_episodes',
      'entries_log_ratio_60m',
      'expected_conversions_log',
      'data_age_log',
    ]) {
      expect([name, row[name]]).toEqual([name, null]);
    }
    expect(row['service_change_recency']).toBe(0);
  });

  it('do not see what is learned after the scoring time', () => {
    const later = { ...anomaly, endedAt: NOW + HOUR, peakValue: 9 };
    expect(extractFeatures(later, mapping, context, NOW)).toEqual(features());
    const future = [release('later', -1, 'payment'), release('old', 1440, 'payment')];
    expect(features({ changes: [...context.changes, ...future] })).toEqual(features());
    const started = { lastDay: 0, lastWeek: 0, lastMonth: 0, latestStart: NOW + 1 };
    expect(features({ sameFingerprint: started })).toEqual(features());
  });
});

describe('the ratio to the threshold', () => {
  const ratio = (value: number, threshold: number, comparison?: '>' | '<') =>
    thresholdLogRatio({ value, threshold, comparison });

  it('is positive when worse, whichever way the rule looks', () => {
    expect(ratio(20, 10, '>')).toBeCloseTo(Math.LN2, 12);
    expect(ratio(5, 10, '<')).toBeCloseTo(Math.LN2, 12);
    expect(ratio(5, 10, '>')).toBeCloseTo(-Math.LN2, 12);
    expect(ratio(-6, -3, '<')).toBeCloseTo(Math.LN2, 12);
    expect(ratio(5, 10)).toBeCloseTo(Math.LN2, 12);
    expect(ratio(0, 10, '<')).toBe(MAX_LOG_RATIO);
    expect(ratio(0, 10, '>')).toBe(-MAX_LOG_RATIO);
    expect(ratio(3, 0, '>')).toBeNull();
    expect(thresholdLogRatio({ value: 3 })).toBeNull();
  });

  it('grows with the value for > and falls with it for <', () => {
    const number = fc.double({ min: -1e6, max: 1e6, noNaN: true });
    fc.assert(
      fc.property(number, number, number, (threshold, a, b) => {
        fc.pre(threshold !== 0);
        const [low, high] = a < b ? [a, b] : [b, a];
        expect(ratio(high, threshold, '>')).toBeGreaterThanOrEqual(ratio(low, threshold, '>') ?? 0);
        expect(ratio(low, threshold, '<')).toBeGreaterThanOrEqual(ratio(high, threshold, '<') ?? 0);
      }),
    );
  });
});
