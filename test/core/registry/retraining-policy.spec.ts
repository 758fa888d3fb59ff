import { describe, expect, it } from '@jest/globals';

import type { RetrainingSituation } from '../../../src/core/registry/retraining-policy.js';
import { reasonsToTrain } from '../../../src/core/registry/retraining-policy.js';
import { DAY, HOUR } from '../../../src/core/telemetry/time.js';

const NOW = Date.UTC(2026, 10, 20);

const quiet: RetrainingSituation = {
  now: NOW,
  lastRunAt: NOW - DAY,
  isUnderWay: false,
  learntFrom: 2000,
  newLabels: 40,
  newFailures: 8,
  stale: [],
  drifted: [],
  recent: { realised: 0.3, expected: [0.25, 0.34], failures: 12 },
};

const fresh = { newLabels: 220, newFailures: 30 };

describe('a training run nobody asked for', () => {
  it('starts for no reason never', () => {
    expect(reasonsToTrain(quiet)).toEqual([]);
  });

  it('starts once a tenth more labels are known, failures among them', () => {
    expect(reasonsToTrain({ ...quiet, ...fresh })).toEqual(['220 new labels, 30 of them failures']);
    expect(reasonsToTrain({ ...quiet, ...fresh, newFailures: 4 })).toEqual([]);
    const first = { ...quiet, lastRunAt: null, learntFrom: 0 };
    expect(reasonsToTrain({ ...first, newLabels: 49 })).toEqual([]);
    expect(reasonsToTrain({ ...first, newLabels: 50 })).toHaveLength(1);
  });

  it('starts for a stale stage as soon as there is something to learn of it', () => {
    const stale = { stage: 'checkout/payment', because: 'release r-1 on payment', newLabels: 19 };
    expect(reasonsToTrain({ ...quiet, stale: [stale] })).toEqual([]);
    expect(reasonsToTrain({ ...quiet, stale: [{ ...stale, newLabels: 20 }] })).toEqual([
      'checkout/payment is stale (release r-1 on payment), 20 labels since',
    ]);
  });

  it('starts where answers do worse than their own probabilities led to expect', () => {
    const drifted = { realised: 0.41, expected: [0.25, 0.34], failures: 12 } as const;
    expect(reasonsToTrain({ ...quiet, recent: drifted })).toEqual([
      'answers have drifted: log loss 0.410 where at most 0.340 was expected',
    ]);
    expect(reasonsToTrain({ ...quiet, recent: { ...drifted, failures: 9 } })).toEqual([]);
  });

  it('starts for what a drift report names', () => {
    expect(reasonsToTrain({ ...quiet, drifted: ['recommendations', 'load'] })).toEqual([
      'the drift report names recommendations, load',
    ]);
  });

  it('waits for the one under way, and a while after the last', () => {
    expect(reasonsToTrain({ ...quiet, ...fresh, isUnderWay: true })).toEqual([]);
    expect(reasonsToTrain({ ...quiet, ...fresh, lastRunAt: NOW - 5 * HOUR })).toEqual([]);
  });
});
