import { describe, expect, it } from '@jest/globals';

import { meanChanges } from '../../../src/core/monitoring/adaptive-window.js';
import { numericSample } from '../../../src/core/monitoring/drift-sample.js';
import { numericDistances } from '../../../src/core/monitoring/numeric-distances.js';
import type { NumericSketch } from '../../../src/core/monitoring/quantile-sketch.js';
import {
  mergedSketch,
  numericSketch,
  sampleOfSketch,
} from '../../../src/core/monitoring/quantile-sketch.js';
import { seededRandom } from '../../../src/core/statistics/random.js';

const random = seededRandom(9);
const skewed = (): number => Math.exp(3 * random()) ** 3;
const draw = (n: number, of: () => number): Float64Array => Float64Array.from({ length: n }, of);

/** The largest gap between the shares that a sketch tells and those that were. */
function furthest(sketch: NumericSketch, column: Float64Array): number {
  const sample = sampleOfSketch(sketch);
  if (sample.kind !== 'numeric') throw new Error('not numbers');
  return numericDistances(sample, numericSample(column)).ks;
}

describe('a sketch of numbers', () => {
  it('keeps its stated error, and what it says is exact', () => {
    const column = draw(60_000, skewed);
    const sketch = numericSketch(numericSample(column));
    expect(sketch.values.length).toBeLessThanOrEqual(1000);
    expect(sketch.rankError).toBeLessThan(0.002);
    expect(furthest(sketch, column)).toBeLessThanOrEqual(sketch.rankError + 1e-12);
    expect(sketch.low).toBe(column.reduce((least, one) => Math.min(least, one)));
    expect(sketch.high).toBe(column.reduce((most, one) => Math.max(most, one)));
  });

  it('is exact where there are few values, however often they repeat', () => {
    const column = draw(10_000, () => Math.floor(10 * random() ** 2));
    const sketch = numericSketch(numericSample(column));
    expect(sketch).toMatchObject({ rankError: 0, count: 10_000 });
    expect(furthest(sketch, column)).toBeCloseTo(0, 12);
  });

  it('merges to what one sketch of all rows would tell, within its stated error', () => {
    const days = Array.from({ length: 30 }, (_, day) => draw(3000, () => skewed() + day / 10));
    const merged = mergedSketch(days.map((day) => numericSketch(numericSample(day))));
    const all = Float64Array.from(days.flatMap((day) => [...day]));
    expect(merged.count).toBe(90_000);
    expect(merged.rankError).toBeLessThan(0.004);
    expect(furthest(merged, all)).toBeLessThanOrEqual(merged.rankError + 1e-12);
    expect(merged.deviation).toBeCloseTo(numericSample(all).deviation, 8);
    const turned = mergedSketch(days.toReversed().map((day) => numericSketch(numericSample(day))));
    expect(turned.values).toEqual(merged.values);
  });

  it('minds what is missing, and nothing at all', () => {
    const nothing = numericSketch(numericSample(new Float64Array(5).fill(Number.NaN)));
    expect(nothing).toMatchObject({ count: 0, missing: 5, rankError: 0 });
    const some = numericSketch(numericSample(Float64Array.of(1, 2, Number.NaN)));
    expect(mergedSketch([nothing, some])).toMatchObject({ count: 2, missing: 6, low: 1, high: 2 });
    expect(mergedSketch([nothing, nothing])).toMatchObject({ count: 0, missing: 10 });
    expect(JSON.stringify(mergedSketch([nothing]))).not.toContain('null');
  });
});

describe('meanChanges', () => {
  const errors = (n: number, mean: number): number[] =>
    Array.from({ length: n }, () => (random() < mean ? 1 : 0));

  it('sees errors rise for good, soon after they did', () => {
    const [change, ...more] = meanChanges([...errors(400, 0.1), ...errors(400, 0.5)]);
    expect(more).toEqual([]);
    expect(Math.abs((change?.index ?? 0) - 400)).toBeLessThan(60);
    expect(change?.after).toBeGreaterThan(0.3);
  });

  it('stays quiet where nothing changes', () => {
    let alarms = 0;
    for (let run = 0; run < 40; run += 1) alarms += meanChanges(errors(500, 0.2)).length;
    expect(alarms).toBeLessThan(3);
  });
});
