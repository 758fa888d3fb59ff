import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';

import { hourOfWeek, usualAt } from '../../../src/core/outcomes/weekly-rhythm.js';
import { DAY, HOUR } from '../../../src/core/telemetry/time.js';

const instant = fc.integer({ min: -3e12, max: 3e12 });

describe('a weekly rhythm', () => {
  it('counts the hours of the week from Monday, before the epoch as well', () => {
    fc.assert(
      fc.property(instant, (at) => {
        const date = new Date(at);
        const expected = ((date.getUTCDay() + 6) % 7) * 24 + date.getUTCHours();
        expect(hourOfWeek(at)).toBe(expected);
      }),
    );
    expect([-HOUR, -1, 0, HOUR].map((at) => hourOfWeek(4 * DAY + at))).toEqual([167, 167, 0, 1]);
  });

  it('draws the season between the middles of the hours', () => {
    const season = Array.from({ length: 168 }, (_, hour) => 1 + ((hour * 37) % 11) / 10);
    const rhythm = { season, seen: [], leverage: [], origin: 0, levels: [2] };
    fc.assert(
      fc.property(instant, fc.double({ min: 0, max: 1, noNaN: true }), (at, share) => {
        const middle = Math.floor(at / HOUR) * HOUR + HOUR / 2;
        const [left = 0, right = 0] = [middle, middle + HOUR].map((it) => season[hourOfWeek(it)]);
        const expected = 2 * (left + share * (right - left));
        expect(usualAt(rhythm, middle + share * HOUR)).toBeCloseTo(expected, 6);
      }),
    );
  });
});
