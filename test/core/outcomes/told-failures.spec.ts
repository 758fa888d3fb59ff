import { describe, expect, it } from '@jest/globals';

import type { DatedVersion } from '../../../src/core/journeys/conversion-worth.js';
import type { Journey } from '../../../src/core/journeys/journey.js';
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
    const told = missedOfJourney(
      [
        found,
        missed('RET-1/missed-0', { conversionsLost: 48 }),
        // The same once more, under another id.
        missed('RET-2/missed-0', { conversionsLost: 48 }),
        missed('RET-2/missed-1', { stage: 'cart' }),
        missed('RET-3/missed-0', { stage: 'cart' }),
      ],
      [],
    );
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
    const told = missedOfJourney(
      [
        found,
        missed('late', { startedAt: 9 * HOUR, endedAt: undefined }),
        missed('not one', { startedAt: 20 * HOUR, endedAt: undefined, failure: null }),
      ],
      [],
    );
    expect(told.map(({ id, isEndTold }) => [id, isEndTold])).toEqual([
      ['late', false],
      ['checkout/payment/1', true],
    ]);
    expect(told[0]?.endedAt).toBe(10 * HOUR);
    expect(told[1]).toMatchObject({ conversionsLost: 47, interval: [20, 80] });
  });

  describe('are worth what a conversion was worth when they began', () => {
    const version = (
      number: number,
      effectiveFrom: number | null,
      said: Pick<Journey, 'valuePerConversion' | 'currency'>,
    ): DatedVersion => ({
      ...{ version: number, effectiveFrom },
      journey: {
        ...{ key: 'checkout', name: 'Checkout', owner: 'shop', window: HOUR, order: 'ordered' },
        ...{ stages: [], ...said },
      },
    });
    const dear = version(2, 5 * HOUR, { valuePerConversion: 100, currency: 'USD' });
    const told = [
      missed('old', { conversionsLost: 3 }),
      missed('new', { startedAt: 6 * HOUR, endedAt: 7 * HOUR, conversionsLost: 3 }),
      missed('untold', { startedAt: 8 * HOUR, endedAt: 9 * HOUR }),
    ];
    const costs = (...versions: DatedVersion[]): unknown[] =>
      missedOfJourney(told, versions).map(({ id, valueLost, currency }) => [
        ...[id, valueLost, currency],
      ]);

    it('by the version that held then', () => {
      const cheap = version(1, null, { valuePerConversion: 10, currency: 'EUR' });
      expect(costs(cheap, dear)).toEqual([
        ['untold', null, undefined],
        ['new', 300, 'USD'],
        ['old', 30, 'EUR'],
      ]);
    });

    it('by the first that says where that one does not, or where none held yet', () => {
      const late = [dear, version(3, 20 * HOUR, { valuePerConversion: 1 })];
      for (const versions of [[version(1, null, {}), ...late], late]) {
        expect(costs(...versions)).toEqual([
          ['untold', null, undefined],
          ['new', 300, 'USD'],
          ['old', 300, 'USD'],
        ]);
      }
    });

    it('nothing where nobody says', () => {
      expect(costs(version(1, null, {}))).toEqual([
        ['untold', null, undefined],
        ['new', null, undefined],
        ['old', null, undefined],
      ]);
    });
  });
});
