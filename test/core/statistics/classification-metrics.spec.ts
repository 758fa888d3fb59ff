import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';

import {
  METRIC_NAMES,
  classificationMetrics,
  logLossDifference,
  metricIntervals,
} from '../../../src/core/statistics/classification-metrics.js';
import { seededRandom } from '../../../src/core/statistics/random.js';

const labels = Uint8Array.of(0, 1, 1, 0, 1, 0, 0, 1, 1, 0, 0, 1);
const probabilities = Float64Array.of(
  ...[0.1, 0.4, 0.35, 0.8, 0.9, 0.4, 0.05, 0.4, 0.7, 0.2, 0.4, 0.95],
);
const weights = Float64Array.of(1, 2, 0.5, 1, 3, 1, 0, 1, 2, 0.25, 1, 1);

// roc_auc_score, average_precision_score, log_loss, brier_score_loss of scikit-learn 1.2.1 (with
// sample_weight below); ECE by NumPy over 15 equal-width bins.
const PLAIN = [
  0.7777777777777778, 0.7777777777777777, 0.5338849052963971, 0.18812500000000001,
  0.22083333333333335,
];
const WEIGHTED = [
  0.7647058823529412, 0.8783458646616542, 0.5197631673136552, 0.18063636363636368,
  0.23454545454545453,
];

const scoredRows = fc.array(
  fc.record({ label: fc.integer({ min: 0, max: 1 }), tenth: fc.integer({ min: 0, max: 10 }) }),
  { minLength: 2, maxLength: 40 },
);

describe('classification metrics', () => {
  it.each([
    ['plain', undefined, PLAIN],
    ['weighted', weights, WEIGHTED],
  ])('equal scikit-learn, ties and all: %s', (_, rowWeights, expected) => {
    const metrics = classificationMetrics({ labels, probabilities, weights: rowWeights });
    METRIC_NAMES.forEach((name, i) => {
      expect(metrics[name]).toBeCloseTo(expected[i] ?? Number.NaN, 12);
    });
  });

  it('have no ranking where one class is absent', () => {
    const metrics = classificationMetrics({
      labels: new Uint8Array(3),
      probabilities: weights.slice(0, 3).fill(0.2),
    });
    expect(metrics.rocAuc).toBeNaN();
    expect(metrics.prAuc).toBeNaN();
    expect(metrics.logLoss).toBeCloseTo(-Math.log(0.8), 12);
  });

  it('rank as counting pairs does: a tie is half a pair', () => {
    fc.assert(
      fc.property(scoredRows, (rows) => {
        const positives = rows.filter(({ label }) => label === 1);
        const negatives = rows.filter(({ label }) => label === 0);
        fc.pre(positives.length > 0 && negatives.length > 0);
        const wins = positives.flatMap((a) =>
          negatives.map((b) => (a.tenth > b.tenth ? 1 : a.tenth === b.tenth ? 0.5 : 0) as number),
        );
        const { rocAuc } = classificationMetrics({
          labels: Uint8Array.from(rows, ({ label }) => label),
          probabilities: Float64Array.from(rows, ({ tenth }) => tenth / 10),
        });
        expect(rocAuc).toBeCloseTo(wins.reduce((sum, win) => sum + win, 0) / wins.length, 10);
      }),
    );
  });

  it('refuse rows that do not pair up', () => {
    const short = probabilities.slice(1);
    expect(() => classificationMetrics({ labels, probabilities: short })).toThrow(
      expect.objectContaining({ code: 'length-mismatch' }),
    );
  });
});

describe('metric intervals', () => {
  const random = seededRandom(7);
  const truth = Float64Array.from({ length: 400 }, () => random());
  const drawn = Uint8Array.from(truth, (chance) => (random() < chance ? 1 : 0));
  const scored = { labels: drawn, probabilities: truth };

  it('hold the figure, narrow with rows and repeat with the seed', () => {
    const intervals = metricIntervals(scored, { random: seededRandom(1), resamples: 300 });
    const metrics = classificationMetrics(scored);
    for (const name of ['rocAuc', 'prAuc', 'logLoss', 'brier'] as const) {
      const [low, high] = intervals[name];
      expect(low).toBeLessThan(metrics[name]);
      expect(high).toBeGreaterThan(metrics[name]);
      expect(high - low).toBeLessThan(0.2);
    }
    expect(metricIntervals(scored, { random: seededRandom(1), resamples: 300 })).toEqual(intervals);
  });

  it('hold an ECE that chance makes larger, and from what it truly is', () => {
    let [held, inside] = [0, 0];
    const tables = 40;
    for (let table = 0; table < tables; table += 1) {
      const draw = seededRandom(table);
      // Each says .1 too little below a half and .1 too much above it.
      const chances = Float64Array.from({ length: 180 }, draw);
      const said = chances.map(
        (chance) => chance + (chance < 0.5 ? -0.1 : 0.1) * (chance > 0.1 ? 1 : 0),
      );
      const rows = {
        labels: Uint8Array.from(chances, (chance) => (draw() < chance ? 1 : 0)),
        probabilities: said.map((p) => Math.min(1, p)),
      };
      const [low, high] = metricIntervals(rows, { random: draw, resamples: 200 }).ece;
      const { ece } = classificationMetrics(rows);
      if (low <= 0.085 && 0.085 <= high) held += 1;
      if (low <= ece && ece <= high) inside += 1;
    }
    expect(inside).toBe(tables);
    expect(held).toBeGreaterThan(0.75 * tables);
  });

  it('are as wide as rows that come in groups are few', () => {
    const tenfold = Array.from({ length: 4000 }, (_, i) => i % 400);
    const copies = {
      labels: Uint8Array.from(tenfold, (i) => drawn[i] ?? 0),
      probabilities: Float64Array.from(tenfold, (i) => truth[i] ?? 0),
    };
    const groups = tenfold.map((i) => `incident ${i}`);
    const options = { resamples: 300 };
    const once = metricIntervals(scored, { random: seededRandom(4), ...options });
    const naive = metricIntervals(copies, { random: seededRandom(4), ...options });
    const grouped = metricIntervals(copies, { random: seededRandom(4), ...options, groups });
    const width = ([low, high]: readonly [number, number]): number => high - low;
    for (const name of ['rocAuc', 'prAuc', 'logLoss', 'brier'] as const) {
      const share = width(grouped[name]) / width(once[name]);
      expect(share).toBeGreaterThan(0.8);
      expect(share).toBeLessThan(1.25);
      expect(width(naive[name])).toBeLessThan(0.5 * width(grouped[name]));
    }
  });

  it('have the width that theory gives the mean of squared gaps', () => {
    const { brier } = metricIntervals(scored, { random: seededRandom(2), resamples: 1000 });
    const gaps = Array.from(drawn, (label, i) => (label - (truth[i] ?? 0)) ** 2);
    const mean = gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length;
    const variance = gaps.reduce((sum, gap) => sum + (gap - mean) ** 2, 0) / gaps.length;
    const width = 2 * 1.6449 * Math.sqrt(variance / gaps.length);
    expect((brier[1] - brier[0]) / width).toBeGreaterThan(0.85);
    expect((brier[1] - brier[0]) / width).toBeLessThan(1.15);
  });

  it('tell a better probability from a worse one, less surely when rows come in clusters', () => {
    const vague = truth.map(() => 0.5);
    const options = { random: seededRandom(3) };
    const apart = logLossDifference(scored, vague, options);
    expect(apart.interval[1]).toBeLessThan(0);
    expect(apart.mean).toBeCloseTo(classificationMetrics(scored).logLoss - Math.log(2), 10);
    // The same rows given ten times say no more than once when each copy is of one group.
    const tenfold = Array.from({ length: 4000 }, (_, i) => i % 400);
    const copies = {
      labels: Uint8Array.from(tenfold, (i) => drawn[i] ?? 0),
      probabilities: Float64Array.from(tenfold, (i) => truth[i] ?? 0),
    };
    const flat = new Float64Array(4000).fill(0.5);
    const groups = tenfold.map((i) => `incident ${i}`);
    const width = ([low, high]: readonly [number, number]): number => high - low;
    const clustered = logLossDifference(copies, flat, { random: seededRandom(3), groups });
    const naive = logLossDifference(copies, flat, { random: seededRandom(3) });
    expect(width(clustered.interval)).toBeCloseTo(width(apart.interval), 6);
    expect(width(naive.interval)).toBeLessThan(0.5 * width(clustered.interval));
  });
});
