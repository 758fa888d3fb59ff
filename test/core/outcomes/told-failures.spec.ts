import { describe, expect, it } from '@jest/globals';

import type { Outcome } from '../../../src/core/outcomes/outcome.js';
import { missedOfJourney } from '../../../src/core/outcomes/told-failures.js';
import { HOUR, MINUTE } from '../../../src/core/telemetry/time.js';

const missed = (id: string, more: Partial<Outcome> = {}): Outcome => ({
  ...{ id, journey: 'checkout', stage: 'payment', failure: true, verdict: 'missed' },
  ...{ source: 'human', startedAt: HOUR, endedAt: HOUR + 54 * MINUTE },
  ...more,
});
const found = missed('missed/checkout/payment/1', {
  ...{ source: 'measured', failureId: 'checkout/payment/1', segment: 'mobile' },
  ...{ endedAt: HOUR + 55 * MINUTE, conversionsLost: 47, interval: [20, 80] },
});

describe('the missed failures of a journey', () => {
  it('are one each, however many tell of them', () => {
    const told = missedOfJourney([
      found,
      missed('RET-1/missed-0', { conversionsLost: 48 }),
      // The same once more, under another id.
      missed('RET-2/missed-0', { conversionsLost: 48 }),
      missed('RET-2/missed-1', { stage: 'cart' }),
      missed('RET-3/missed-0', { stage: 'cart' }),
    ]);
    expect(told).toMatchObject([
      {
        ...{ id: 'checkout/payment/1', stage: 'payment', segment: 'mobile', conversionsLost: 48 },
        ...{ endedAt: HOUR + 55 * MINUTE, sources: ['measured', 'human'] },
      },
      { id: 'RET-2/missed-1', stage: 'cart', conversionsLost: null, sources: ['human'] },
    ]);
    expect(told[0]?.interval).toBeUndefined();
  });

  it('are there though nobody told an end, the newest first', () => {
    const told = missedOfJourney([
      found,
      missed('late', { startedAt: 9 * HOUR, endedAt: undefined }),
      missed('not one', { startedAt: 20 * HOUR, endedAt: undefined, failure: null }),
    ]);
    expect(told.map(({ id, isEndTold }) => [id, isEndTold])).toEqual([
      ['late', false],
      ['checkout/payment/1', true],
    ]);
    expect(told[0]?.endedAt).toBe(10 * HOUR);
    expect(told[1]).toMatchObject({ conversionsLost: 47, interval: [20, 80] });
  });
});
