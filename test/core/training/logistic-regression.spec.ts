import { describe, expect, it } from '@jest/globals';

import { FeatureEncoder } from '../../../src/core/features/encoding.js';
import type { FeatureTable } from '../../../src/core/features/feature-schema.js';
import { seededRandom } from '../../../src/core/statistics/random.js';
import { baseRateLearner } from '../../../src/core/training/base-rate.js';
import { logisticRegressionLearner } from '../../../src/core/training/logistic-regression.js';
import { fitPenalisedLogit } from '../../../src/core/training/penalised-logit.js';
import { classifierLaws, lawSet } from '../../contracts/classifier-laws.js';

classifierLaws('base rate', baseRateLearner, { contributionTolerance: 1e-12 });
classifierLaws('logistic regression', logisticRegressionLearner);

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
  const encoded = FeatureEncoder.fit(table).encode(table);

  it.each(GOLDEN)('equals scikit-learn at penalty %d', (penalty, expected) => {
    const weights = new Float64Array(12).fill(1);
    const fitted = fitPenalisedLogit({ encoded, labels, weights, penalty });
    expected.forEach((value, i) => {
      expect(fitted[i]).toBeCloseTo(value, 9);
    });
  });

  it('equals scikit-learn with weights', () => {
    const weights = Float64Array.of(1.5, 2.5, 1, 1.5, 3.5, 1.5, 0.5, 1.5, 2.5, 0.75, 1.5, 1.5);
    const fitted = fitPenalisedLogit({ encoded, labels, weights, penalty: 1 });
    const expected = [
      0.00568260683875167, 1.3047715168625424, 0.27579406903941567, 0.5243925338933692,
      -0.31947609351677175, -0.20491644037659712,
    ];
    expected.forEach((value, i) => {
      expect(fitted[i]).toBeCloseTo(value, 9);
    });
  });

  it('finds the optimum too where columns are too many to factorise', () => {
    const wide = wideTable(1300);
    const { encoded: columns, labels: wideLabels } = wide;
    const weights = new Float64Array(columns.rows).fill(1);
    const fitted = fitPenalisedLogit({ encoded: columns, labels: wideLabels, weights, penalty: 2 });
    // At the optimum the penalised gradient is nought in every direction.
    for (const column of [0, 7, 1299]) {
      let gradient = 2 * (fitted[column + 1] ?? 0);
      for (let row = 0; row < columns.rows; row += 1) {
        let margin = fitted[0] ?? 0;
        for (let j = 0; j < 1300; j += 1) {
          margin += (fitted[j + 1] ?? 0) * (columns.numeric[row * 1300 + j] ?? 0);
        }
        const gap = 1 / (1 + Math.exp(-margin)) - (wideLabels[row] ?? 0);
        gradient += gap * (columns.numeric[row * 1300 + column] ?? 0);
      }
      expect(Math.abs(gradient)).toBeLessThan(1e-5);
    }
  });
});

function wideTable(width: number): {
  encoded: ReturnType<FeatureEncoder['encode']>;
  labels: Uint8Array;
} {
  const random = seededRandom(3);
  const rows = 60;
  const numeric = Float64Array.from({ length: rows * width }, () => random() - 0.5);
  const wideLabels = Uint8Array.from({ length: rows }, (_, row) =>
    (numeric[row * width] ?? 0) > 0 ? 1 : 0,
  );
  const encoded = {
    rows,
    width,
    numericWidth: width,
    numeric,
    codeWidth: 0,
    codes: new Int32Array(),
  };
  return { encoded, labels: wideLabels };
}

describe('logistic regression', () => {
  it('shrinks to the base rate where features say nothing', () => {
    const set = lawSet(2000);
    const random = seededRandom(2);
    const noise = { ...set, labels: Uint8Array.from(set.labels, () => (random() < 0.3 ? 1 : 0)) };
    const fitted = logisticRegressionLearner.fit(noise, seededRandom(1));
    if (fitted instanceof Promise || fitted.kind !== 'fitted') throw new Error('not fitted');
    const said = fitted.classifier.predict(noise.table);
    expect(Math.max(...said) - Math.min(...said)).toBeLessThan(0.15);
  });

  it('refuses an artefact that is not its own', () => {
    const artefact = { learner: 'logistic', parameters: {}, weights: new Float64Array(1) };
    expect(() => logisticRegressionLearner.load(artefact)).toThrow(
      expect.objectContaining({ code: 'bad-artefact' }),
    );
  });
});
