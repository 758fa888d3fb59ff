import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { FeatureRow, FeatureSchema } from '../../../src/core/features/feature-schema.js';
import { featureTable } from '../../../src/core/features/feature-table.js';
import { priorCard } from '../../../src/core/registry/prior-card.js';
import {
  PRIOR,
  PRIOR_BASE_RATE,
  PRIOR_TERMS,
  priorLearner,
} from '../../../src/core/training/prior.js';

const schema: FeatureSchema = {
  features: [
    { name: 'rule', kind: 'categorical' },
    ...PRIOR_TERMS.map((term) => ({ name: term.feature, kind: 'numeric' as const })),
    { name: 'score', kind: 'numeric' },
  ],
};

const probability = (row: FeatureRow) => PRIOR.predict(featureTable(schema, [row]))[0] ?? NaN;

const median: FeatureRow = {
  severity_level: 1,
  threshold_log_ratio: Math.log(1.5),
  relevance: 0.7,
  service_change_recency: 0,
};

describe('the prior', () => {
  it('has a card on which every meaning is understood by itself', () => {
    const meanings = priorCard(0, 'test').features.map(({ name, meaning }) => [name, meaning]);
    expect(meanings).toContainEqual(['severity_level', 'severity of the anomaly as an order']);
    expect(JSON.stringify(meanings)).not.toMatch(/the same as|behind it/);
  });

  it('gives its base rate to the median anomaly and where nothing is known', () => {
    expect(probability(median)).toBeCloseTo(PRIOR_BASE_RATE, 12);
    expect(probability({})).toBeCloseTo(PRIOR_BASE_RATE, 12);
  });

  // Python's math: 1 / (1 + exp(-(log(.1 / .9) + .7 * 2 + .5 * log(5 / 1.5) + 1.5 * .3 + exp(-1 / 6))))
  // and 1 / (1 + exp(-(log(.1 / .9) - .7 - .5 * log(1.5) - 1.5 * .4))).
  it('says what its statement says', () => {
    const bad = {
      severity_level: 3,
      threshold_log_ratio: Math.log(5),
      relevance: 1,
      service_change_recency: Math.exp(-1 / 6),
    };
    expect(probability(bad)).toBeCloseTo(0.750493, 5);
    const mild = {
      severity_level: 0,
      threshold_log_ratio: 0,
      relevance: 0.3,
      service_change_recency: 0,
    };
    expect(probability(mild)).toBeCloseTo(0.024128, 5);
  });

  it('grows with each of its features', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...PRIOR_TERMS),
        fc.double({ min: -3, max: 5, noNaN: true }),
        fc.double({ min: 0, max: 3, noNaN: true }),
        (term, value, more) => {
          const low = probability({ ...median, [term.feature]: value });
          const high = probability({ ...median, [term.feature]: value + more });
          expect(high).toBeGreaterThanOrEqual(low);
        },
      ),
    );
  });

  it('has contributions that sum to the difference from the base rate', () => {
    const row = { ...median, severity_level: 3, service_change_recency: 0.5, score: 9 };
    const contributions = PRIOR.contributions(featureTable(schema, [median, row]));
    expect(contributions).toHaveLength(2 * schema.features.length);
    const own = contributions.slice(schema.features.length);
    const logit = (p: number) => Math.log(p / (1 - p));
    expect(own.reduce((a, b) => a + b)).toBeCloseTo(
      logit(probability(row)) - logit(PRIOR_BASE_RATE),
      12,
    );
    expect([own[0], own[1], own[5]]).toEqual([0, 1.4, 0]);
  });

  it('refuses a table that lacks a feature, as data when it is fitted', async () => {
    const table = featureTable({ features: [{ name: 'relevance', kind: 'numeric' }] }, [median]);
    expect(() => PRIOR.predict(table)).toThrow('severity_level');
    const set = { table, labels: new Uint8Array(1), weights: new Float64Array(1) };
    expect(await priorLearner.fit(set, () => 0)).toMatchObject({ kind: 'insufficient-data' });
    expect(priorLearner.load(PRIOR.save())).toBe(PRIOR);
    expect(() => priorLearner.load({ ...PRIOR.save(), learner: 'trees' })).toThrow('trees');
  });
});
