import { describe, expect, it } from '@jest/globals';

import { oneSampleChiSquare, twoSampleChiSquare } from '../../../src/core/statistics/chi-square.js';
import { upperGamma } from '../../../src/core/statistics/incomplete-gamma.js';
import { kolmogorovTail } from '../../../src/core/statistics/kolmogorov.js';
import {
  asymptoticTwoSampleP,
  exactTwoSampleP,
} from '../../../src/core/statistics/two-sample-kolmogorov.js';

// Figures of SciPy 1.17.
describe('kolmogorovTail', () => {
  it('equals scipy.stats.kstwo.sf in every region of its domain', () => {
    const cases: [n: number, x: number, p: number][] = [
      [1, 0.9, 0.19999999999999996],
      [2, 0.45, 0.6799999999999999],
      [3, 0.3, 0.8862222222222222],
      [5, 0.15, 0.9988],
      [5, 0.3, 0.664],
      [5, 0.7, 0.005560000000000004],
      [20, 0.1, 0.976255094592155],
      [20, 0.2, 0.352720173623415],
      [20, 0.35, 0.01075496344438931],
      [100, 0.06, 0.8428847956274123],
      [100, 0.12, 0.1033037490181987],
      [100, 0.25, 5.408871776434847e-6],
      [140, 0.05, 0.8576480297656114],
      [140, 0.15, 0.0032495604415101703],
      [200, 0.02, 0.9999948480179858],
      [200, 0.0366, 0.9425116635929568],
      [200, 0.05, 0.6802625495871704],
      [200, 0.12, 0.005745760601982814],
      [857, 0.0713333333333333, 0.00030852935252890905],
      [857, 0.02, 0.8758949068266911],
      [857, 0.04, 0.12537608633379138],
      [5000, 0.005, 0.9995858441477996],
      [5000, 0.012, 0.4639912166690192],
      [5000, 0.0205, 0.029503986086882206],
      [50000, 0.001, 0.9999999997471354],
      [50000, 0.003, 0.7579000443487147],
      [50000, 0.006, 0.05442749636006261],
      [50000, 0.0075, 0.007176824876509085],
      [50000, 0.02, 8.35587873542047e-18],
      [10, 0.95, 1.9531250000000172e-13],
      [3, 0.6, 0.14400000000000004],
    ];
    for (const [n, x, p] of cases) {
      const far = Math.abs(kolmogorovTail(n, x) - p);
      expect([n, x, far < 1e-9]).toEqual([n, x, true]);
    }
  });

  it('is 1 at nothing and 0 at everything', () => {
    expect(kolmogorovTail(100, 0)).toBe(1);
    expect(kolmogorovTail(100, 1)).toBe(0);
    expect(asymptoticTwoSampleP(2, 2, 1)).toBe(0);
  });
});

describe('exactTwoSampleP', () => {
  it('equals scipy.stats.ks_2samp(method="exact")', () => {
    const cases: [n: number, m: number, d: number, p: number][] = [
      [8, 8, 0.625, 0.08702408702408701],
      [30, 30, 0.3333333333333333, 0.07088798787114439],
      [100, 80, 0.225, 0.018891901885992695],
      [80, 100, 0.225, 0.018891901885992695],
      [7, 5, 0.4, 0.6388888888888888],
      [2000, 1500, 0.07133333333333333, 0.0003107369394341859],
      [500, 499, 0.08016032064128256, 0.07498258270118703],
      [10000, 9000, 0.02, 0.04450301490911741],
    ];
    for (const [n, m, d, p] of cases) expect(exactTwoSampleP(n, m, d)).toBeCloseTo(p, 10);
  });
});

describe('chi-square', () => {
  it('has the upper gamma function of SciPy', () => {
    const cases: [a: number, x: number, q: number][] = [
      [0.5, 0.1, 0.6547208460185768],
      [0.5, 3, 0.014305878435429641],
      [2.5, 1.2, 0.7914741205943246],
      [10, 30, 7.121750862815593e-6],
      [50, 45, 0.7531979655998298],
      [500, 520.5, 0.17894126853896958],
    ];
    for (const [a, x, q] of cases) expect(upperGamma(a, x) / q).toBeCloseTo(1, 9);
    expect(upperGamma(1, 700)).toBeCloseTo(9.85967654375939e-305, 310);
    expect([upperGamma(2, 0), upperGamma(2, Infinity)]).toEqual([1, 0]);
  });

  it('leaves out categories that nobody has', () => {
    expect(twoSampleChiSquare([10, 0, 10, 20], [20, 0, 20, 20])).toMatchObject({ degrees: 2 });
    expect(oneSampleChiSquare([10, 0, 10], [10, 0, 10])).toEqual({
      statistic: 0,
      p: 1,
      degrees: 1,
    });
  });

  it('is sure where the reference never had a category that is there now', () => {
    expect(oneSampleChiSquare([10, 0], [10, 1])).toMatchObject({ statistic: Infinity, p: 0 });
  });

  it('says nothing of an empty sample', () => {
    expect(twoSampleChiSquare([3, 4], [0, 0])).toMatchObject({ p: 1, degrees: 0 });
  });
});
