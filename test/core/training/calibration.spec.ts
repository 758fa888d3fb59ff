import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';

import { classificationMetrics } from '../../../src/core/statistics/classification-metrics.js';
import { seededRandom } from '../../../src/core/statistics/random.js';
import { fitBeta, fitTemperature } from '../../../src/core/training/beta-calibration.js';
import { calibrated, parseCalibration } from '../../../src/core/training/calibration.js';
import type { Calibration, HeldOutOdds } from '../../../src/core/training/calibration.js';
import { chooseCalibration } from '../../../src/core/training/calibration-choice.js';
import { sigmoid } from '../../../src/core/training/linear-margin.js';
import { stratifiedFolds } from '../../../src/core/training/splits.js';
import { fitVennAbers, groupScores, vennAbersPair } from '../../../src/core/training/venn-abers.js';

const scores = [
  -3.2, -2.5, -2.1, -1.7, -1.7, -1.1, -0.6, -0.2, 0.1, 0.4, 0.4, 0.9, 1.3, 1.8, 2.4, 3,
];
const rows: HeldOutOdds = {
  logOdds: Float64Array.from(scores),
  labels: Uint8Array.of(0, 0, 1, 0, 0, 0, 1, 0, 1, 0, 1, 1, 0, 1, 1, 1),
  weights: Float64Array.of(1, 2, 1, 1, 1, 3, 1, 1, 1, 2, 1, 1, 1, 1, 2, 1),
};

/** Rows whose true log-odds are `honest` of what the model said. */
function drawn(count: number, honest: (logOdds: number) => number, seed = 1): HeldOutOdds {
  const random = seededRandom(seed);
  const logOdds = Float64Array.from({ length: count }, () => 3 * (random() + random() - 1) - 1);
  const labels = Uint8Array.from(logOdds, (z) => (random() < sigmoid(honest(z)) ? 1 : 0));
  return { logOdds, labels, weights: new Float64Array(count).fill(1) };
}

function chosenFor(held: HeldOutOdds): Calibration {
  const { labels, weights, logOdds } = held;
  const folds = stratifiedFolds({ labels }, 3, seededRandom(5));
  const perFold = folds.map(() => logOdds);
  return chooseCalibration(
    { rows: { labels, weights }, folds, seed: 7 },
    { perFold, whole: logOdds },
  ).calibration;
}

describe('calibration', () => {
  // scipy.optimize.minimize (Nelder-Mead to 1e-14) of the same penalised log loss, SciPy 1.x.
  it('finds the temperature and the beta map that SciPy finds', () => {
    const temperature = fitTemperature(rows);
    expect(temperature.kind === 'temperature' && temperature.slope).toBeCloseTo(0.94341445, 6);
    const beta = fitBeta(rows);
    if (beta.kind !== 'beta') throw new Error(beta.kind);
    expect(beta.a).toBeCloseTo(0.93183767, 5);
    expect(beta.b).toBeCloseTo(0.98042545, 5);
    expect(beta.c).toBeCloseTo(-0.18278215, 5);
  });

  it('keeps the right level where scores are the wrong way round', () => {
    const turned = drawn(400, (z) => -2 * z - 1);
    const positives = turned.labels.reduce((sum, label) => sum + label, 0);
    const beta = fitBeta(turned);
    expect(beta).toMatchObject({ kind: 'beta', a: 0, b: 0 });
    // Nearly: the shift is believed to be none.
    expect(sigmoid(calibrated(beta, 1))).toBeCloseTo(positives / 400, 2);
  });

  // By definition (Vovk, Petej & Fedorova 2015): scikit-learn's IsotonicRegression fitted to the
  // scores with the row added as 0 and as 1, read at its score.
  it('gives the Venn-Abers pairs that isotonic fits of scikit-learn give', () => {
    const groups = groupScores({ ...rows, weights: new Float64Array(16).fill(1) }, 1000);
    expect([...groups.scores]).toEqual([...new Set(scores)]);
    const pairs = Array.from(groups.scores, (_, group) => vennAbersPair(groups, group));
    const wanted = [
      [0, 2 / 7],
      [0, 1 / 3],
      [0.2, 0.4],
      [0.2, 0.4],
      [0.2, 0.5],
      [1 / 3, 0.625],
      [1 / 3, 0.625],
      [0.5, 2 / 3],
      [0.5, 2 / 3],
      [0.5, 2 / 3],
      [0.5, 2 / 3],
      [4 / 7, 1],
      [2 / 3, 1],
      [0.75, 1],
    ];
    pairs.forEach(({ p0, p1 }, i) => {
      expect(p0).toBeCloseTo(wanted[i]?.[0] ?? Number.NaN, 12);
      expect(p1).toBeCloseTo(wanted[i]?.[1] ?? Number.NaN, 12);
    });
  });

  it('does not turn scores round that are hardly apart', () => {
    const steps = [1, 1, 1, -5, 1, 1, 1, -5, 1, -6, -6];
    const failed = [0, 0, 1, 1, 0, 0, 1, 0, 1, 0, 0];
    const calibration = fitVennAbers({
      logOdds: Float64Array.from(steps, (step) => step * Number.MIN_VALUE),
      labels: Uint8Array.from(failed),
      weights: new Float64Array(steps.length).fill(1),
    });
    expect(calibrated(calibration, 0)).toBeLessThanOrEqual(calibrated(calibration, 1));
  });

  it('never turns two scores round, whatever the rows, and survives JSON', () => {
    const row = fc.record({ z: fc.double({ min: -9, max: 9, noNaN: true }), y: fc.boolean() });
    fc.assert(
      fc.property(fc.array(row, { minLength: 8, maxLength: 60 }), (drawnRows) => {
        const held: HeldOutOdds = {
          logOdds: Float64Array.from(drawnRows, ({ z }) => z),
          labels: Uint8Array.from(drawnRows, ({ y }) => Number(y)),
          weights: new Float64Array(drawnRows.length).fill(1),
        };
        for (const fit of [fitTemperature, fitBeta, fitVennAbers]) {
          const calibration = fit(held);
          expect(parseCalibration(JSON.parse(JSON.stringify(calibration)))).toEqual(calibration);
          const along = Array.from({ length: 81 }, (_, i) => calibrated(calibration, i / 4 - 10));
          expect(along.every(Number.isFinite)).toBe(true);
          along.slice(1).forEach((value, i) => {
            expect(value).toBeGreaterThanOrEqual((along[i] ?? 0) - 1e-9);
          });
        }
      }),
      { numRuns: 60 },
    );
  });

  it('pulls few rows to the identity and lets many decide', () => {
    const twice = (z: number): number => 2 * z;
    const few = fitTemperature(drawn(12, twice));
    const many = fitTemperature(drawn(20_000, twice));
    if (few.kind !== 'temperature' || many.kind !== 'temperature') throw new Error('kind');
    expect(Math.abs(many.slope - 2)).toBeLessThan(0.1);
    expect(few.slope).toBeLessThan(many.slope);
  });

  it.each([
    ['identity where the model is honest', (z: number) => z, ['identity']],
    ['temperature where it is too sure', (z: number) => 0.6 * z, ['temperature']],
    ['beta where it is shifted', (z: number) => 0.8 * z + 0.5, ['beta']],
    [
      'Venn-Abers where no simple shape fits',
      (z: number) => (z < -1.5 ? -1.2 : z < 0 ? 0 : 0.2),
      ['venn-abers'],
    ],
  ])('chooses %s', (_, honest, kinds) => {
    const held = drawn(12_000, honest);
    const calibration = chosenFor(held);
    expect(kinds).toContain(calibration.kind);
    const fresh = drawn(12_000, honest, 2);
    const probabilities = fresh.logOdds.map((z) => sigmoid(calibrated(calibration, z)));
    expect(classificationMetrics({ ...fresh, probabilities }).ece).toBeLessThan(0.015);
  });

  it('learns none from a handful of positives', () => {
    const held = drawn(60, (z) => z - 6);
    expect(chosenFor(held).kind).toBe('identity');
  });

  it('refuses what is no calibration', () => {
    for (const wrong of [null, {}, { kind: 'beta', a: 1 }, { kind: 'venn-abers', knots: [1] }]) {
      expect(() => parseCalibration(wrong)).toThrow(
        expect.objectContaining({ code: 'bad-artefact' }),
      );
    }
  });
});
