import { describe, expect, it } from '@jest/globals';

import { FeatureEncoder } from '../../../src/core/features/encoding.js';
import type { FeatureTable } from '../../../src/core/features/feature-schema.js';
import { seededRandom } from '../../../src/core/statistics/random.js';
import { fitPenalisedLogit } from '../../../src/core/training/penalised-logit.js';
import { addRows, marginsOf } from '../../../src/core/training/sparse-design.js';
import { denseDesign, plainLogit } from './dense-design.js';

const ratio = [1, 2, Number.NaN, 4, 5, 6, 7, 8, 9, 10, 2.5, 7.5];
const table: FeatureTable = {
  schema: {
    features: [
      { name: 'ratio', kind: 'numeric' },
      { name: 'kind', kind: 'categorical' },
    ],
  },
  rows: 12,
  numeric: new Map([['ratio', Float64Array.from(ratio)]]),
  categorical: new Map([['kind', 'abacabacbbca'.split('')]]),
};
const labels = Uint8Array.of(0, 0, 1, 0, 1, 0, 1, 1, 1, 1, 0, 0);

// scikit-learn 1.2.1: LogisticRegression(C, solver='newton-cholesky', tol=1e-13) on the
// median-imputed, standardised column with its mark and one-hot categories: intercept, ratio,
// missing, a, b, c.
const GOLDEN: readonly (readonly [number, readonly number[]])[] = [
  [
    1,
    [
      -0.11208859069566995, 1.1637233119072827, 0.33728453681873016, 0.30791865042439737,
      -0.17981572011940813, -0.1281029303049892,
    ],
  ],
  [
    10,
    [
      -0.012000006993729249, 0.3115952037534335, 0.04694719280820882, 0.049214207714598675,
      -0.010043399622570578, -0.03917080809202809,
    ],
  ],
  [
    0.1,
    [
      -0.40587243109939597, 2.0442614032850837, 1.3671070360915174, 0.631668632503246,
      -0.6055100902128407, -0.02615854229040501,
    ],
  ],
];

describe('penalised logit', () => {
  const encoder = FeatureEncoder.fit(table);
  const design = denseDesign(encoder.encodeDense(table), encoder.width);

  it.each(GOLDEN)('equals scikit-learn at penalty %d', (penalty, expected) => {
    const weights = new Float64Array(12).fill(1);
    const fitted = plainLogit(design, { labels, weights, penalty });
    expected.forEach((value, i) => {
      expect(fitted[i]).toBeCloseTo(value, 9);
    });
  });

  it('equals scikit-learn with weights', () => {
    const weights = Float64Array.of(1.5, 2.5, 1, 1.5, 3.5, 1.5, 0.5, 1.5, 2.5, 0.75, 1.5, 1.5);
    const fitted = plainLogit(design, { labels, weights, penalty: 1 });
    const expected = [
      0.00568260683875167, 1.3047715168625424, 0.27579406903941567, 0.5243925338933692,
      -0.31947609351677175, -0.20491644037659712,
    ];
    expected.forEach((value, i) => {
      expect(fitted[i]).toBeCloseTo(value, 9);
    });
  });

  it('finds the optimum too where columns are too many to factorise', () => {
    const { values, wideLabels } = wideTable(1300);
    const wide = denseDesign(values, 1300);
    const weights = new Float64Array(wide.rows).fill(1);
    const fitted = plainLogit(wide, { labels: wideLabels, weights, penalty: 2 });
    const margins = marginsOf(wide, fitted);
    const gaps = margins.map((m, row) => 1 / (1 + Math.exp(-m)) - (wideLabels[row] ?? 0));
    // At the optimum the penalised gradient is nought in every direction.
    const gradient = new Float64Array(wide.width);
    addRows(wide, gaps, gradient);
    expect(Math.abs(gradient[0] ?? 1)).toBeLessThan(1e-5);
    for (const column of [1, 8, 1300]) {
      expect(Math.abs((gradient[column] ?? 1) + 2 * (fitted[column] ?? 0))).toBeLessThan(1e-5);
    }
  });

  it('asks for the time between steps, of which it makes one in any case', () => {
    const { values, wideLabels } = wideTable(5);
    const design = denseDesign(values, 5);
    const rowWeights = new Float64Array(design.rows).fill(1);
    const problem = { design, labels: wideLabels, rowWeights, blocks: [] };
    const lossWith = (remaining: () => number): number =>
      fitPenalisedLogit(problem, new Float64Array(), { remaining }).loss;
    const none = design.rows * Math.LN2;
    expect(lossWith(() => 0)).toBeLessThan(none);
    expect(lossWith(() => 0)).toBeGreaterThan(lossWith(() => 1));
  });
});

function wideTable(width: number): { values: Float64Array; wideLabels: Uint8Array } {
  const random = seededRandom(3);
  const values = Float64Array.from({ length: 60 * width }, () => random() - 0.5);
  const wideLabels = Uint8Array.from({ length: 60 }, (_, row) =>
    (values[row * width] ?? 0) > 0 ? 1 : 0,
  );
  return { values, wideLabels };
}
