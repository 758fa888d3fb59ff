import { describe, expect, it } from '@jest/globals';

import { categoricalFigures, numericFigures } from '../../../src/core/monitoring/drift-figures.js';
import { categoricalSample, numericSample } from '../../../src/core/monitoring/drift-sample.js';
import { sturgesHistogram } from '../../../src/core/monitoring/histogram.js';
import { numericDistances } from '../../../src/core/monitoring/numeric-distances.js';
import { twoSampleChiSquare } from '../../../src/core/statistics/chi-square.js';
import { seededRandom } from '../../../src/core/statistics/random.js';

const repeated = (counts: readonly number[]): string[] =>
  counts.flatMap((count, i) => Array.from({ length: count }, () => String(i + 1)));

const near = (value: number | null | undefined, figure: number): void => {
  expect(Math.abs((value ?? Number.NaN) - figure)).toBeLessThan(1e-9);
};

const numbers = (...values: number[]) => numericSample(Float64Array.from(values));

// Figures computed with SciPy.
describe('drift figures', () => {
  it('of categories equal SciPy and Evidently', () => {
    const reference = categoricalSample(repeated([16, 18, 16, 14, 12, 12]));
    const current = categoricalSample(repeated([16, 16, 16, 16, 16, 8]));
    const figures = categoricalFigures(reference, current);
    near(figures.psi, 0.037218381577290835);
    near(figures.jensenShannon, 0.06804819617703867);
    near(figures.jensenShannonBase2, 0.08173421330573756);
    near(figures.kullbackLeibler, 0.01890967696532045);
    near(figures.chiSquareOneSample?.p, 0.6730876006966301);
    near(figures.chiSquare?.statistic, 1.6224089635854342);
    near(figures.chiSquare?.p, 0.8985262394026607);
    expect(figures.ks).toBeNull();
  });

  it('of huge numbers are those of small ones', () => {
    const random = seededRandom(6);
    const drawn = Array.from({ length: 20_000 }, () => random() - 0.3);
    const side = (unit: number, shift = 0) =>
      numericSample(Float64Array.from(drawn, (value) => unit * (value + shift)));
    const [small, huge] = [1, 1e300].map((unit) => numericFigures(side(unit), side(unit, 0.2)));
    near(huge?.wassersteinScaled, small?.wassersteinScaled ?? 0);
    near((huge?.wasserstein ?? 0) / 1e300, small?.wasserstein ?? 0);
    near(side(1e300).deviation / 1e300, side(1).deviation);
  });

  it('fill the share of a new category', () => {
    const every = (cells: readonly string[]): string[] =>
      Array.from({ length: 10 }, () => cells).flat();
    const figures = categoricalFigures(
      categoricalSample(every(['a', 'a', 'a', 'b'])),
      categoricalSample(every(['a', 'a', 'b', 'c'])),
    );
    near(figures.psi, 2.0565953751400285);
    near(figures.jensenShannon, 0.3150049103413686);
    near(figures.kullbackLeibler, 0.3031861028699173);
    near(figures.chiSquare?.statistic, 12);
    near(figures.chiSquare?.p, 0.002478752176666357);
    const { statistic, p, degrees } = twoSampleChiSquare([10, 10, 20], [20, 20, 20]);
    near(statistic, 2.7777777777777777);
    near(p, 0.24935220877729622);
    expect(degrees).toBe(2);
  });

  it('of few numbers have the exact p', () => {
    const reference = numbers(38.7, 41.5, 43.8, 44.5, 45.5, 46, 47.7, 58);
    const current = numbers(39.2, 39.3, 39.7, 41.4, 41.8, 42.9, 43.3, 45.8);
    const figures = numericFigures(reference, current);
    near(figures.ks?.statistic, 0.625);
    near(figures.ks?.p, 0.08702408702408701);
    near(figures.wasserstein, 4.162500000000001);
    near(figures.wassersteinScaled, 0.781236105789365);
  });

  it('of many numbers have the asymptotic p and bins by Sturges', () => {
    const x = Float64Array.from({ length: 2000 }, (_, i) => ((37 * i) % 1000) / 1000);
    const y = Float64Array.from({ length: 1500 }, (_, i) => (((37 * i) % 1000) / 1000) ** 1.2);
    const [reference, current] = [numericSample(x), numericSample(y)];
    const figures = numericFigures(reference, current);
    near(figures.ks?.statistic, 0.0713333333333333);
    near(figures.ks?.p, 0.00030852935252890905);
    near(figures.ks?.asymptoticP, 0.00030852935252890905);
    near(figures.ks?.exactP, 0.0003107369394341859);
    near(figures.wasserstein, 0.04488643284002813);
    near(figures.wassersteinScaled, 0.15549124224455435);
    near(figures.psi, 0.030700536978099786);
    near(figures.jensenShannon, 0.061808473225043244);
    near(figures.kullbackLeibler, 0.014822719614761592);
    expect(sturgesHistogram(reference, current).edges).toHaveLength(14);
  });

  it('are nothing where a side has no value, and zero where nothing changed', () => {
    const empty = numericSample(new Float64Array(5).fill(Number.NaN));
    expect(numericFigures(empty, numbers(1, 2))).toMatchObject({ ks: null, psi: null });
    const same = numericFigures(numbers(3, 3, 3), numbers(3, 3));
    expect(same).toMatchObject({ ks: { statistic: 0, p: 1 }, psi: 0, wasserstein: 0 });
  });
});

describe('numericDistances', () => {
  it('agree with a count at every value, ties and far ends among them', () => {
    const random = seededRandom(3);
    for (let round = 0; round < 50; round += 1) {
      const draw = (n: number, shift: number): Float64Array =>
        Float64Array.from({ length: n }, () => Math.round(8 * random()) + shift * (round % 3) * 5);
      const [a, b] = [numericSample(draw(1 + round, 0)), numericSample(draw(40, 1))];
      const share = (values: Float64Array, x: number): number =>
        values.filter((value) => value <= x).length / values.length;
      const all = [...new Set([...a.values, ...b.values])].sort((p, q) => p - q);
      let [ks, area] = [0, 0];
      all.forEach((x, i) => {
        const gap = Math.abs(share(a.values, x) - share(b.values, x));
        ks = Math.max(ks, gap);
        area += gap * ((all[i + 1] ?? x) - x);
      });
      const plain = numericDistances(a, b);
      expect(plain.ks).toBeCloseTo(ks, 12);
      expect(plain.wasserstein).toBeCloseTo(area, 10);
      const weights = new Float64Array(a.values.length).fill(1);
      const weighted = numericDistances({ ...a, weights }, b);
      expect(weighted.ks).toBeCloseTo(ks, 12);
      expect(weighted.wasserstein).toBeCloseTo(area, 10);
    }
  });
});
