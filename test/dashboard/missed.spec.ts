import { expect, it } from '@jest/globals';

import { lasted } from '../../src/dashboard/missed.js';

it('tells how long a missed failure went on, as far as somebody told', () => {
  const failure = {
    ...{ id: 'f', stage: 'payment', startedAt: '2026-03-12T12:45:00Z', endedAt: null },
    ...{ conversionsLost: null, valueLost: null, sources: ['human'] },
  };
  expect(lasted(failure)).toBe('not told');
  expect(lasted({ ...failure, endedAt: '2026-03-12T13:40:00Z' })).toBe('55 min');
});
