import { describe, expect, it } from '@jest/globals';
import type { Journey } from '../../../src/core/journeys/journey.js';
import { changeSpans, incidentSpans } from '../../../src/core/outcomes/known-trouble.js';
import type { Change } from '../../../src/core/telemetry/change.js';
import { DAY, HOUR, MINUTE } from '../../../src/core/telemetry/time.js';

const AT = Date.UTC(2026, 2, 9, 12);

const touchedBy = (...match: string[]): Pick<Journey['stages'][number], 'mappings'> => ({
  mappings: [{ match, relevance: 1 }],
});

const journey: Journey = {
  key: 'checkout',
  name: 'Checkout',
  owner: 'shop',
  window: HOUR,
  order: 'ordered',
  stages: [
    { key: 'browse', event: 'browse', weight: 1, ...touchedBy('service="catalog"') },
    {
      key: 'payment',
      event: 'pay',
      weight: 1,
      ...touchedBy('service=~"pay.*"', 'severity="critical"'),
    },
    { key: 'done', event: 'done', weight: 1 },
  ],
};

const change = (more: Partial<Change> = {}): Change => ({
  id: 'c',
  kind: 'release',
  title: 'Release',
  labels: { service: 'payment' },
  occurredAt: AT,
  ...more,
});

describe('changeSpans', () => {
  const of = (stage: number, one: Change) => changeSpans(journey, stage, [one]);

  it('are the ramps of releases on the services that touch the stage, and no other', () => {
    const ramp = [{ startedAt: AT, endedAt: AT + 30 * MINUTE }];
    expect(of(1, change())).toEqual(ramp);
    expect(of(0, change())).toEqual([]);
    expect(of(2, change())).toEqual([]);
    expect(of(1, change({ labels: {} }))).toEqual([]);
    expect(of(0, change({ kind: 'flag', labels: { service: 'catalog', team: 'x' } }))).toEqual(
      ramp,
    );
  });

  it('are the whole of a sale, for every stage of the journey, but no longer than a day', () => {
    const sale = change({
      kind: 'pricing',
      labels: { service: 'catalog' },
      endedAt: AT + 3 * HOUR,
    });
    const span = [{ startedAt: AT, endedAt: AT + 3 * HOUR + 30 * MINUTE }];
    expect([0, 1, 2].map((stage) => of(stage, sale))).toEqual([span, span, span]);
    const lasting = of(1, { ...sale, endedAt: AT + 9 * DAY });
    expect(lasting).toEqual([{ startedAt: AT, endedAt: AT + DAY + 30 * MINUTE }]);
  });
});

describe('incidentSpans', () => {
  it('reach from before the incident was noticed until it was dealt with, as far as that is known', () => {
    const detectedAt = AT;
    const ends = [
      { detectedAt, mitigatedAt: AT + HOUR, resolvedAt: AT + 2 * HOUR },
      { detectedAt, resolvedAt: AT + 2 * HOUR },
      { detectedAt },
    ];
    expect(incidentSpans(ends)).toEqual(
      [1, 2, 6].map((hours) => ({
        startedAt: AT - 30 * MINUTE,
        endedAt: AT + hours * HOUR,
      })),
    );
  });
});
