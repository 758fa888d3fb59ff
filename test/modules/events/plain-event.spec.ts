import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';

import { eventBody } from '../../../src/wire/event.js';
import { plainEvent } from '../../../src/wire/plain-event.js';

const text = fc.oneof(
  fc.string({ minLength: 1, maxLength: 8 }),
  fc.constantFrom('', '\0', '\ud800', 'x'.repeat(300), 'x'.repeat(301), null, 7),
);
const time = fc.oneof(
  fc
    .date({ min: new Date('1999-01-01'), max: new Date('2030-01-01'), noInvalidDate: true })
    .map((date) => date.toISOString()),
  fc.constantFrom(
    '2026-02-30T00:00:00Z',
    '2024-02-29T23:59:59+02:00',
    'yesterday',
    5,
    '2026-01-01',
  ),
);

const body = fc.record(
  {
    id: text,
    source: text,
    actor: text,
    event: text,
    segment: text,
    occurredAt: time,
    sentAt: time,
    receivedAt: time,
    properties: fc.constantFrom({ a: 1 }, 'none'),
    other: fc.constant(1),
  },
  { requiredKeys: ['actor', 'event', 'occurredAt'] },
);

describe('plainEvent', () => {
  it('reads what the schema reads, or leaves it to the schema', () => {
    fc.assert(
      fc.property(fc.oneof(body, fc.anything()), (item) => {
        const read = plainEvent(item);
        if (read !== null) expect(eventBody.safeParse(item)).toMatchObject({ data: read });
      }),
      { numRuns: 2000 },
    );
  });

  it('reads what most senders send', () => {
    const item = { id: '1', actor: 'ada', event: 'cart', occurredAt: '2026-11-20T08:30:00.5Z' };
    expect(plainEvent(item)).toEqual({ ...eventBody.parse(item) });
    expect(plainEvent({ ...item, properties: {} })).toBeNull();
  });
});
