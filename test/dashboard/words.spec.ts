import { describe, expect, it } from '@jest/globals';

import type { Journey, Prediction } from '../../src/dashboard/answers.js';
import {
  answerInWords,
  attemptsInWords,
  costsOf,
  driftWords,
  effectInWords,
  named,
} from '../../src/dashboard/words.js';

const prediction: Prediction = {
  journey: 'checkout',
  stage: 'payment',
  segment: null,
  probability: 0.83,
  interval: [0.71, 0.91],
  expectedLoss: {
    conversions: 41.2,
    conversionsIfFailure: 49.6,
    interval: [18, 97],
    value: 3296,
  },
  impactScore: 78,
  priority: {
    value: 0.89,
    band: 'P1',
    uxSeverity: 0.78,
    businessSensitivity: 0.95,
    feasibility: 0.94,
    weightsVersion: 1,
  },
  reasons: [],
  evidence: 'model',
  abstained: false,
  modelVersion: '2026-11-20.3',
  featuresAsOf: '2026-11-20T08:30:00.000Z',
  stale: [],
};

const checkout: Journey = {
  key: 'checkout',
  name: 'Checkout',
  owner: 'shop',
  version: 1,
  window: '2h',
  valuePerConversion: 80,
  currency: 'EUR',
  stages: [{ key: 'payment', weight: 1 }],
};

describe('answerInWords', () => {
  it('says chance, loss and worth', () => {
    expect(answerInWords(prediction, new Map([['checkout', checkout]]))).toBe(
      'The chance that it breaks Checkout › payment is 83% (71% to 91%). If it does, about ' +
        '50 conversions are lost (18 to 97), worth about €3,968. Weighed by its chance that is ' +
        '41 conversions or €3,296.',
    );
  });

  it('says no worth where none was stated', () => {
    const { valuePerConversion: _, ...unpriced } = checkout;
    const words = answerInWords(prediction, new Map([['checkout', unpriced]]));
    expect(words).not.toContain('worth');
    expect(words).toMatch(/is 41 conversions\.$/);
  });

  it('tells the worth of its time, not what the journey says today', () => {
    const dearer = { ...checkout, valuePerConversion: 640 };
    const words = answerInWords(prediction, new Map([['checkout', dearer]]));
    expect(words).toContain('worth about €3,968.');
    expect(words).toMatch(/41 conversions or €3,296\.$/);
  });

  it('lets no name turn what follows it', () => {
    const turning = { ...checkout, name: 'Shop \u202eevil' };
    const words = answerInWords(prediction, new Map([['checkout', turning]]));
    expect(words).toContain('breaks Shop evil › payment is 83%');
    expect([named('متجر'), named('Shop')]).toEqual(['\u2068متجر\u2069', 'Shop']);
  });

  it('names a journey that is no longer there by its key', () => {
    expect(answerInWords(prediction, new Map())).toContain('checkout › payment');
  });
});

describe('costsOf', () => {
  it('counts what a suggestion costs in what its journey is worth in', () => {
    expect(costsOf(checkout).inWords(14622.1)).toBe('€14,622');
    const { currency: _, ...plain } = checkout;
    expect(costsOf(plain).inWords(14622.1)).toBe('14,622');
    const { valuePerConversion: __, ...unpriced } = checkout;
    expect(costsOf(unpriced).inWords(33)).toBe('33 conversions');
    expect(costsOf(undefined).inWords(33.25)).toBe('33.25');
    const units = [checkout, plain, unpriced, undefined].map((one) => costsOf(one).unit);
    expect(units).toEqual(['EUR', null, 'conversions', null]);
  });
});

describe('effectInWords', () => {
  it('keeps undecided apart from unbroken', () => {
    expect(effectInWords({ failure: null })).toBe('not decidable');
    expect(effectInWords({ failure: false })).toBe('did not break it');
    expect(effectInWords({ failure: true })).toBe('broke it');
    expect(effectInWords({ failure: true, conversionsLost: 1 })).toBe(
      'broke it, 1 conversion lost',
    );
  });
});

describe('driftWords', () => {
  const found = { services: [], features: [], targets: [], errorsRose: false };

  it('names what drifted, what costs most first', () => {
    const findings = {
      ...found,
      services: ['recommendations'],
      features: ['a', 'b', 'c', 'd', 'e', 'f'],
      targets: ['label'],
    };
    expect(driftWords({ verdict: 'drifted', findings })).toBe(
      'Alerts of recommendations came to mean something else. The share of failures changed. ' +
        'Features that moved: a, b, c, d, e and 1 more.',
    );
  });

  it('keeps too little apart from no change', () => {
    const few = driftWords({ verdict: 'not-enough-data', findings: found });
    expect(few).not.toBe(driftWords({ verdict: 'stable', findings: found }));
  });
});

describe('attemptsInWords', () => {
  it('tells how many were under way, and that more may have been', () => {
    const stories = ['converted', 'open', 'converted'].map((state) => ({ state }));
    expect(attemptsInWords(stories, 4)).toBe('3 attempts: 2 converted, 1 open.');
    expect(attemptsInWords(stories, 3)).toBe('The first 3 attempts: 2 converted, 1 open.');
  });
});
