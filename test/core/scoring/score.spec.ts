import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  ANOMALY_FEATURES,
  ANOMALY_FEATURE_LIST,
} from '../../../src/core/features/anomaly-feature-list.js';
import { extractFeatures } from '../../../src/core/features/anomaly-features.js';
import { EMPTY_CONTEXT, type FeatureContext } from '../../../src/core/features/feature-context.js';
import { pooledRelativeLoss } from '../../../src/core/scoring/loss-if-failure.js';
import { DEFAULT_PRIORITY_WEIGHTS } from '../../../src/core/scoring/priority.js';
import { REASON_TEXTS } from '../../../src/core/scoring/reason-texts.js';
import { reasonsOf } from '../../../src/core/scoring/reasons.js';
import {
  PRIOR_MODEL,
  TRAFFIC_UNKNOWN,
  scoreAnomaly,
  type ScoringModel,
  type ScoringRequest,
} from '../../../src/core/scoring/score.js';
import type { Anomaly } from '../../../src/core/telemetry/anomaly.js';
import { HOUR, MINUTE } from '../../../src/core/telemetry/time.js';
import type { Classifier } from '../../../src/core/training/classifier.js';

const NOW = Date.UTC(2026, 10, 18, 14, 5);

const anomaly: Anomaly = {
  id: 'a1',
  source: 'alertmanager',
  name: 'PaymentErrors',
  fingerprint: 'f1',
  metric: 'payment_error_rate',
  value: 0.61,
  threshold: 0.1,
  comparison: '>',
  severity: 'critical',
  labels: { service: 'payment' },
  segment: 'mobile',
  startedAt: NOW - MINUTE,
};

const mapping = {
  journey: 'checkout',
  stage: 'payment',
  stageIndex: 2,
  stageCount: 4,
  stageWeight: 0.95,
  relevance: 1,
};

const context: FeatureContext = {
  ...EMPTY_CONTEXT,
  changes: [
    { id: 'c', kind: 'release', occurredAt: NOW - 10 * MINUTE, labels: { service: 'payment' } },
  ],
  traffic: {
    entries15: 9,
    entries60: 40,
    usualEntries15: 10,
    usualEntries60: 40,
    conversions15: 1,
    conversions60: 12,
    usualConversions15: 8,
    usualConversions60: 30,
    expectedConversionsPerHour: 30,
  },
  freshnessSeconds: 12,
};

const request = (over: Partial<ScoringRequest> = {}): ScoringRequest => {
  const scored = over.anomaly ?? anomaly;
  return {
    anomaly: scored,
    mapping,
    row: extractFeatures(
      scored,
      mapping,
      { ...EMPTY_CONTEXT, ...over.context, changes: context.changes },
      NOW,
    ),
    context,
    asOf: NOW,
    model: PRIOR_MODEL,
    loss: { mean: 0.5, interval: [0.2, 0.9], failures: 3 },
    horizon: 2 * HOUR,
    valuePerConversion: 80,
    impactScale: 3000,
    weights: DEFAULT_PRIORITY_WEIGHTS,
    feasibility: 0.9,
    stale: [],
    ...over,
  };
};

const logit = (p: number) => Math.log(p / (1 - p));
const sumOf = (reasons: readonly { contribution: number }[]) =>
  reasons.reduce((sum, reason) => sum + reason.contribution, 0);

/** Says .7 of everything and gives every feature the same contribution. */
const constant: Classifier = {
  ...PRIOR_MODEL.classifier,
  learner: 'constant',
  predict: (table) => new Float64Array(table.rows).fill(0.7),
  contributions: (table) => new Float64Array(table.rows * table.schema.features.length).fill(0.01),
};

const model = (over: Partial<ScoringModel> = {}): ScoringModel => ({
  ...PRIOR_MODEL,
  version: '2026-11-17.1',
  evidence: 'model',
  classifier: constant,
  baseRate: 0.2,
  ...over,
});

describe('an answer', () => {
  it('follows from its parts', () => {
    const prediction = scoreAnomaly(request({ model: model() }));
    expect(prediction).toMatchObject({
      anomalyId: 'a1',
      journey: 'checkout',
      stage: 'payment',
      segment: 'mobile',
      probability: 0.7,
      expectedLoss: { conversions: 21, conversionsIfFailure: 30, interval: [12, 54], value: 1680 },
      evidence: 'model',
      abstained: false,
      modelVersion: '2026-11-17.1',
      featuresAsOf: NOW,
      dataFreshnessSeconds: 12,
      stale: [],
    });
    expect(prediction.impactScore).toBeCloseTo(100 * (1 - Math.exp(-1680 / 3000)), 10);
    expect(prediction.priority.uxSeverity).toBeCloseTo(prediction.impactScore / 100, 12);
    expect(prediction.priority.businessSensitivity).toBe(0.95);
    expect(prediction).not.toHaveProperty('abstainedBecause');
  });

  it('says why, in words, strongest first, summing to the difference from the base rate', () => {
    const { reasons, probability } = scoreAnomaly(request());
    expect(reasons.map((r) => r.text)).toEqual([
      'severity is critical',
      'latest change on payment: release 10 minutes ago',
      'payment_error_rate is beyond its threshold by a factor of 6.1',
      "the mapping's relevance for the stage is 1",
    ]);
    expect(sumOf(reasons)).toBeCloseTo(logit(probability) - logit(0.1), 12);
  });

  it('keeps what it does not name in a remainder', () => {
    const { reasons } = scoreAnomaly(request({ model: model() }));
    expect(reasons).toHaveLength(6);
    expect(reasons[5]?.feature).toBe('other');
    expect(sumOf(reasons)).toBeCloseTo(logit(0.7) - logit(0.2), 12);
  });

  it('falls back to the prior, with the reason, where the model abstains', () => {
    const abstaining = model({ unfamiliar: () => 'never seen' });
    const answer = scoreAnomaly(request({ model: abstaining }));
    const prior = scoreAnomaly(request());
    expect(answer).toEqual({
      ...prior,
      abstained: true,
      abstainedBecause: 'never seen',
      modelVersion: '2026-11-17.1',
    });
    expect(prior.evidence).toBe('prior');
  });

  it('says that traffic is not known and assumes fifty conversions an hour', () => {
    const { expectedLoss, stale } = scoreAnomaly(
      request({ context: EMPTY_CONTEXT, stale: ['release of payment'] }),
    );
    expect(expectedLoss.conversionsIfFailure).toBe(50);
    expect(stale).toEqual(['release of payment', TRAFFIC_UNKNOWN]);
  });

  it('has an impact that grows with probability and with the loss', () => {
    const unit = fc.double({ min: 0, max: 1, noNaN: true });
    const impact = (probability: number, mean: number) => {
      const classifier = { ...constant, predict: () => Float64Array.of(probability) };
      const loss = { ...pooledRelativeLoss([]), mean };
      return scoreAnomaly(request({ model: model({ classifier }), loss })).impactScore;
    };
    fc.assert(
      fc.property(unit, unit, unit, unit, (p, q, a, b) => {
        const low = impact(Math.min(p, q), Math.min(a, b));
        expect(impact(Math.max(p, q), Math.max(a, b))).toBeGreaterThanOrEqual(low);
      }),
      { numRuns: 50 },
    );
  });

  it('takes well under a millisecond', () => {
    const one = request();
    // The fastest of many short batches: the others measure how busy the machine is. About 20 µs
    // an answer on an idle core.
    const batches = Array.from({ length: 40 }, () => {
      const start = performance.now();
      for (let i = 0; i < 50; i += 1) scoreAnomaly(one);
      return (performance.now() - start) / 50;
    });
    expect(Math.min(...batches)).toBeLessThan(0.5);
  });
});

describe('the words of reasons', () => {
  it('cover every topic and never say undefined or NaN', () => {
    const rows = [
      extractFeatures(anomaly, mapping, context, NOW),
      extractFeatures({ ...anomaly, labels: {}, value: undefined }, mapping, EMPTY_CONTEXT, NOW),
    ];
    for (const { topic } of ANOMALY_FEATURE_LIST) {
      for (const row of rows) {
        expect(REASON_TEXTS[topic]?.(row)).toMatch(/^(?!.*(undefined|NaN|null)).+/);
      }
    }
  });

  it('give times and traffic back in people’s units', () => {
    const row = extractFeatures(anomaly, mapping, context, NOW);
    const say = (topic: string) => REASON_TEXTS[topic]?.(row);
    expect(say('time_of_day')).toBe('it is 14:05 UTC');
    expect(say('day_of_week')).toBe('it is Wednesday');
    expect(say('conversions')).toBe(
      'conversions in the last hour are 0.41 times their usual number',
    );
    expect(say('expected_conversions')).toBe('30 conversions expected in the coming hour');
    expect(say('data_freshness')).toBe('the newest journey event is 12 seconds old');
  });

  it('say no more of a ratio than is known of it', () => {
    const say = (value: number) => {
      const row = extractFeatures({ ...anomaly, value, threshold: 1 }, mapping, context, NOW);
      return REASON_TEXTS['threshold_log_ratio']?.(row);
    };
    expect(say(8697)).toMatch(/beyond its threshold by a factor of 1000 or more$/);
    expect(say(869.7)).toMatch(/by a factor of 870$/);
  });

  it('name every weekday right', () => {
    const days = Array.from({ length: 7 }, (_, i) => {
      const at = Date.UTC(2026, 10, 15 + i); // a Sunday at midnight and the days after it
      return REASON_TEXTS['day_of_week']?.(extractFeatures(anomaly, mapping, context, at));
    });
    expect(days.map((text) => text?.slice(6, 9))).toEqual([
      'Sun',
      'Mon',
      'Tue',
      'Wed',
      'Thu',
      'Fri',
      'Sat',
    ]);
  });

  it('sum exactly for any contributions', () => {
    const rows = extractFeatures(anomaly, mapping, context, NOW);
    const size = ANOMALY_FEATURES.features.length;
    const one = fc.double({ min: -4, max: 4, noNaN: true });
    fc.assert(
      fc.property(
        fc.array(one, { minLength: size, maxLength: size }),
        fc.double({ min: -9, max: 9, noNaN: true }),
        fc.integer({ min: 0, max: 8 }),
        (contributions, difference, top) => {
          const reasons = reasonsOf(
            {
              schema: ANOMALY_FEATURES,
              row: rows,
              contributions: Float64Array.from(contributions),
              difference,
            },
            top,
          );
          expect(reasons.length).toBeLessThanOrEqual(top + 1);
          expect(sumOf(reasons)).toBeCloseTo(difference, 10);
        },
      ),
    );
  });
});
