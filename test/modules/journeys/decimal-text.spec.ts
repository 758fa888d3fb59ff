import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';

import { decimalText } from '../../../src/modules/journeys/decimal-text.js';

describe('the text of a number', () => {
  it.each([0, -0, 1, 0.1, 0.0001, 0.00001, 12.5, 7.0001, -3.25, 1e9, 1e9 - 0.0001, 1e21, 1e-7])(
    'of %d is as JavaScript writes it',
    (value) => {
      expect(decimalText(value)).toBe(String(value));
    },
  );

  it('is as JavaScript writes it, rounded to four decimals or not', () => {
    fc.assert(
      fc.property(fc.double({ min: -1e10, max: 1e10, noNaN: true }), (value) => {
        const rounded = Math.round(value * 10_000) / 10_000;
        expect([decimalText(value), decimalText(rounded)]).toEqual([
          String(value),
          String(rounded),
        ]);
      }),
    );
  });
});
