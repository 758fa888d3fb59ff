import { describe, expect, it } from '@jest/globals';

import { parseRoute } from '../../src/dashboard/address.js';
import { askedStretch, journeyAround } from '../../src/dashboard/stretch.js';

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
