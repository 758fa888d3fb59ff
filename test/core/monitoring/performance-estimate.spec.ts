import { describe, expect, it } from '@jest/globals';

import type { FeatureTable } from '../../../src/core/features/feature-schema.js';
import { estimateCbpe, estimatePape } from '../../../src/core/monitoring/performance-estimate.js';
import {
  expectedMetrics,
  realisedRange,
} from '../../../src/core/monitoring/performance-expected.js';
import { classificationMetrics } from '../../../src/core/statistics/classification-metrics.js';
import { seededRandom } from '../../../src/core/statistics/random.js';
import { logisticRegressionLearner } from '../../../src/core/training/logistic-regression.js';

interface Population {
  readonly probabilities: Float64Array;
  readonly labels: Uint8Array;
  readonly table: FeatureTable;
}

/**
 * Two kinds of rows: of one the model knows much, of the other little and it is too sure of itself.
 * `share` is how many rows are of the second kind.
 */
function population(rows: number, share: number, seed: number): Population {
  const random = seededRandom(seed);
  const probabilities = new Float64Array(rows);
  const labels = new Uint8Array(rows);
  const kind: string[] = [];
  for (let row = 0; row < rows; row += 1) {
    const vague = random() < share;
    const said = 6 * random() - 3;
    const true_ = vague ? 0.25 * said : said;
    kind.push(vague ? 'vague' : 'clear');
    probabilities[row] = 1 / (1 + Math.exp(-said));
    labels[row] = random() < 1 / (1 + Math.exp(-true_)) ? 1 : 0;
  }
  const table: FeatureTable = {
    schema: { features: [{ name: 'kind', kind: 'categorical' }] },
    rows,
    numeric: new Map(),
    categorical: new Map([['kind', kind]]),
  };
  return { probabilities, labels, table };
}

describe('expected figures', () => {
  it('are those of labels that are certain', () => {
    const probabilities = Float64Array.of(0.9, 0.4, 0.6, 0.2, 0.4);
    const labels = Uint8Array.of(1, 1, 0, 0, 0);
    const expected = expectedMetrics({ probabilities, calibrated: Float64Array.from(labels) });
    const real = classificationMetrics({ labels, probabilities });
    expect(expected.rocAuc).toBeCloseTo(real.rocAuc, 12);
    expect(expected.prAuc).toBeCloseTo(real.prAuc, 12);
    expect(expected.logLoss).toBeCloseTo(real.logLoss, 12);
    expect(expected.brier).toBeCloseTo(real.brier, 12);
  });

  it('of honest probabilities lie where the realised ones do', () => {
    const { probabilities, labels } = population(4000, 0, 1);
    const honest = { probabilities, calibrated: probabilities };
    const real = classificationMetrics({ labels, probabilities });
    const [low, high] = realisedRange(honest, { random: seededRandom(2) }).rocAuc;
    expect(Math.abs(expectedMetrics(honest).rocAuc - real.rocAuc)).toBeLessThan(0.015);
    expect(high - low).toBeLessThan(0.04);
  });

  it('of honest probabilities hold the realised ones in nine of ten, groups of rows too', () => {
    const outside = { rocAuc: 0, logLoss: 0, ece: 0 };
    const runs = 200;
    const groups = Array.from({ length: 400 }, (_, row) => `incident ${Math.floor(row / 4)}`);
    for (let run = 0; run < runs; run += 1) {
      const random = seededRandom(run);
      const luck = Array.from({ length: 100 }, random);
      const probabilities = Float64Array.from({ length: 400 }, () => random() ** 2);
      const labels = Uint8Array.from(probabilities, (p, row) =>
        (luck[Math.floor(row / 4)] ?? 1) < p ? 1 : 0,
      );
      const real = classificationMetrics({ labels, probabilities });
      const range = realisedRange({ probabilities, calibrated: probabilities, groups }, { random });
      for (const name of ['rocAuc', 'logLoss', 'ece'] as const) {
        if (real[name] < range[name][0] || real[name] > range[name][1]) outside[name] += 1;
      }
    }
    for (const count of Object.values(outside)) {
      expect(count / runs).toBeGreaterThan(0.05);
      expect(count / runs).toBeLessThan(0.15);
    }
  });
});

describe('the estimated performance', () => {
  const reference = population(12_000, 0.3, 3);
  const how = { learner: logisticRegressionLearner, random: seededRandom(4) };

  it('is right where rows are as they were, though the model is too sure', () => {
    const chunk = population(4000, 0.3, 5);
    const real = classificationMetrics(chunk);
    const { metrics } = estimateCbpe(reference, chunk.probabilities);
    expect(Math.abs(metrics.rocAuc - real.rocAuc)).toBeLessThan(0.02);
    expect(Math.abs(metrics.logLoss - real.logLoss)).toBeLessThan(0.03);
  });

  it('follows a shift that only features tell: PAPE sees it and CBPE does not', async () => {
    const chunk = population(4000, 0.9, 6);
    const real = classificationMetrics(chunk).rocAuc;
    const cbpe = estimateCbpe(reference, chunk.probabilities).metrics.rocAuc;
    const pape = (await estimatePape(reference, chunk, how)).metrics.rocAuc;
    expect(Math.abs(cbpe - real)).toBeGreaterThan(0.1);
    expect(Math.abs(pape - real)).toBeLessThan(0.03);
  });

  it('takes the probabilities as honest where too few labels are known', () => {
    const few = population(40, 0, 7);
    const chunk = population(500, 0, 8).probabilities;
    expect(estimateCbpe(few, chunk).calibrated[3]).toBeCloseTo(chunk[3] ?? 0, 8);
  });
});
