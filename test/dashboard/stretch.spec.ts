import { describe, expect, it } from '@jest/globals';

import { parseRoute } from '../../src/dashboard/address.js';
import { askedStretch, dayEnds, journeyAround, lastDay } from '../../src/dashboard/stretch.js';

describe('the stretch around a moment', () => {
  const asked = (at: string, now: string): string[] => {
    const { query } = parseRoute(journeyAround('checkout', at));
    const sent = askedStretch(query, Date.parse(now));
    return [sent.get('from') ?? '', sent.get('to') ?? 'now'];
  };

  it('is a day with the moment in its middle', () => {
    expect(asked('2026-11-20T12:00:00Z', '2026-11-27T00:00:00Z')).toEqual([
      ...['2026-11-20T00:00:00.000Z', '2026-11-21T00:00:00.000Z'],
    ]);
  });

  it('ends now where the day is not over', () => {
    expect(asked('2026-11-20T12:00:00Z', '2026-11-20T13:30:00Z')).toEqual([
      ...['2026-11-19T13:30:00.000Z', 'now'],
    ]);
  });
});

describe('the last day of a stretch', () => {
  it('is the one that is over with it, and its end is found again', () => {
    for (const day of ['2026-01-01', '2026-02-28', '2026-12-31']) {
      expect(lastDay(Date.parse(dayEnds(day)))).toBe(day);
    }
  });

  it('is the day of its end where that is not over', () => {
    const noon = new Date(2026, 10, 20, 12).getTime();
    expect(lastDay(noon)).toBe('2026-11-20');
  });
});
