import { describe, expect, it } from '@jest/globals';

import {
  count,
  duration,
  exact,
  figure,
  money,
  percent,
  price,
  reading,
  relative,
  utcTime,
} from '../../src/dashboard/format.js';

describe('percent', () => {
  it('keeps tenths where they matter', () => {
    expect([0.372, 0.0964, 0.004, 0.996].map(percent)).toEqual(['37%', '9.6%', '0.4%', '99.6%']);
  });
});

describe('count', () => {
  it('has one decimal below ten and none above', () => {
    expect([7.489, 41.2, 12_345.6].map(count)).toEqual(['7.5', '41', '12,346']);
  });
});

describe('money', () => {
  it('writes the currency where there is one', () => {
    expect(money(3296.4, 'EUR')).toBe('€3,296');
    expect(money(3296.4, undefined)).toBe('3,296');
  });

  it('writes a currency that ISO 4217 does not know as it is', () => {
    expect(money(12.2, 'gold coins')).toBe('12.2 gold coins');
  });

  it('keeps cents where they tell something, and those of a stated price always', () => {
    expect([12.5, 99.99, 80, 5].map((value) => money(value, 'EUR'))).toEqual([
      ...['€12.50', '€99.99', '€80', '€5'],
    ]);
    expect([money(12.5, undefined), money(170.72, 'EUR')]).toEqual(['12.5', '€171']);
    expect([price(1249.5, 'EUR'), price(12.5, undefined)]).toEqual(['€1,249.50', '12.5']);
  });
});

describe('figures', () => {
  it('are rounded where they were reckoned, and never where somebody set or counted them', () => {
    expect([0.123456, 1_073_741_824].map(figure)).toEqual(['0.1235', '1,074,000,000']);
    expect([1_073_741_824, 123_456, 0.00012345].map(exact)).toEqual([
      ...['1,073,741,824', '123,456', '0.00012345'],
    ]);
    expect([1_073_741_824, 123_456.78, 1.23456, -5.123456789].map(reading)).toEqual([
      ...['1,073,741,824', '123,457', '1.235', '-5.123'],
    ]);
  });

  it('far off are told by their powers of ten', () => {
    expect([figure(1e300), exact(1e-300), reading(1e300)]).toEqual(['1E300', '1E-300', '1E300']);
  });
});

describe('duration', () => {
  it('takes the largest unit that fits', () => {
    expect([38, 600, 9000, 345_600].map(duration)).toEqual(['38 s', '10 min', '2.5 h', '4 days']);
  });
});

describe('relative', () => {
  it('says how long ago, and how long to go', () => {
    const now = Date.UTC(2026, 10, 20);
    expect(relative(now - 12 * 60_000, now)).toBe('12 min. ago');
    expect(relative(now + 2 * 86_400_000, now)).toBe('in 2 days');
  });
});

describe('utcTime', () => {
  it('is the same wherever the reader is', () => {
    expect(utcTime('2026-11-20T09:30:00+01:00')).toBe('2026-11-20 08:30:00 UTC');
  });
});
