import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  fitPiecewiseLinear,
  piecewisePosition,
  smoothClip,
} from '../../../src/core/features/piecewise-linear.js';

const values = Float64Array.of(3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5, 8, 9, 7, 9, 120);
const unfold = (position: number, bins: number): number[] =>
  Array.from({ length: bins }, (_, t) => Math.min(1, Math.max(0, position - t)));

describe('numbers cut into bins', () => {
  it('scales and clips as RealMLP does (NumPy: z / sqrt(1 + (z / 3)^2))', () => {
    const fit = fitPiecewiseLinear(values, 4);
    expect(fit.median).toBe(5);
    expect(fit.scale).toBeCloseTo(0.19047619047619047, 12);
    expect(smoothClip(fit, 3)).toBeCloseTo(-0.37791761113154304, 12);
    expect(smoothClip(fit, 120)).toBeCloseTo(2.972254086693716, 12);
    expect([smoothClip(fit, 1e300), smoothClip(fit, -Infinity)]).toEqual([3, -3]);
  });

  it('falls back to the range where the quartiles coincide, and to nothing for a constant', () => {
    const spiky = Float64Array.from({ length: 20 }, (_, i) => (i === 0 ? 10 : 0));
    expect(fitPiecewiseLinear(spiky, 4).scale).toBe(0.2);
    expect(fitPiecewiseLinear(Float64Array.of(7, 7, Number.NaN), 4)).toEqual({
      median: 7,
      scale: 0,
      edges: [],
    });
    expect(fitPiecewiseLinear(Float64Array.of(Number.NaN), 4).edges).toEqual([]);
  });

  it('unfolds to the encoding of the paper (NumPy, equation 1, inside the edges)', () => {
    const edges = [0, 0.25, 1, 1.5, 3];
    const golden: [number, number[]][] = [
      [0.1, [0.4, 0, 0, 0]],
      [0.25, [1, 0, 0, 0]],
      [0.9, [1, 0.8666666666666667, 0, 0]],
      [1.6, [1, 1, 1, 0.06666666666666672]],
      [2.75, [1, 1, 1, 0.8333333333333334]],
    ];
    for (const [value, expected] of golden) {
      unfold(piecewisePosition(edges, value), 4).forEach((entry, t) => {
        expect(entry).toBeCloseTo(expected[t] ?? Number.NaN, 12);
      });
    }
  });

  it('gives a value that fills a bin alone one bin and the rest to the others', () => {
    const mostlyZero = Float64Array.from({ length: 1000 }, (_, i) => (i < 900 ? 0 : i - 899));
    const fit = fitPiecewiseLinear(mostlyZero, 8);
    const bins = new Map<number, number>();
    for (const value of mostlyZero) {
      const bin = Math.floor(piecewisePosition(fit.edges, smoothClip(fit, value)));
      bins.set(bin, (bins.get(bin) ?? 0) + 1);
    }
    expect(bins.get(0)).toBe(900);
    for (let bin = 1; bin < 8; bin += 1) expect(bins.get(bin)).toBeGreaterThanOrEqual(13);
  });

  it('is monotone, continuous and held within its bins', () => {
    const number = fc.double({ noNaN: true });
    const sample = fc.array(number, { minLength: 2, maxLength: 60 });
    fc.assert(
      fc.property(sample, number, number, fc.integer({ min: 1, max: 12 }), (xs, x, y, bins) => {
        const fit = fitPiecewiseLinear(Float64Array.from(xs), bins);
        const most = Math.max(0, fit.edges.length - 1);
        const [low, high] = [Math.min(x, y), Math.max(x, y)].map((value) =>
          piecewisePosition(fit.edges, smoothClip(fit, value)),
        );
        expect(most).toBeLessThanOrEqual(bins);
        expect([...fit.edges]).toEqual([...fit.edges].sort((a, b) => a - b));
        expect(low).toBeGreaterThanOrEqual(0);
        expect((high ?? 0) + 1e-6).toBeGreaterThanOrEqual(low ?? Number.NaN);
        expect(high).toBeLessThanOrEqual(most);
      }),
    );
  });
});
