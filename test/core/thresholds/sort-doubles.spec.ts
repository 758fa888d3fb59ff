import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';

import { seededRandom } from '../../../src/core/statistics/random.js';
import { sortDoubles } from '../../../src/core/thresholds/sort-doubles.js';

describe('sortDoubles', () => {
  it.each([
    ['spread over all signs and sizes', (u: number) => (u - 0.5) * 10 ** (40 * u - 20)],
    ['that differ in the low word alone', (u: number) => 1 + u * 2 ** -30],
    ['of which many are equal', (u: number) => Math.floor(20 * u) - 10],
    ['with infinities and zeros of both signs', (u: number) => 1 / (Math.round(4 * u) - 2)],
  ])('sorts many values %s as the engine does', (_, make) => {
    const random = seededRandom(3);
    const values = Float64Array.from({ length: 20_000 }, () => make(random()));
    expect(sortDoubles(values.slice())).toEqual(values.slice().sort());
  });

  it('sorts few values', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ noNaN: true })), (list) => {
        expect(sortDoubles(Float64Array.from(list))).toEqual(Float64Array.from(list).sort());
      }),
    );
  });
});
