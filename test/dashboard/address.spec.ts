import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';

import { keyInFragment, linkTo, parseRoute } from '../../src/dashboard/address.js';

describe('parseRoute', () => {
  it('takes an empty fragment for the queue', () => {
    expect(parseRoute('').page).toBe('queue');
    expect(parseRoute('#/').page).toBe('queue');
  });

  it('finds again what linkTo wrote, whatever an id is made of', () => {
    // A part that is empty names nothing; surrogate halves cannot stand in an address.
    const part = fc.string({ minLength: 1, unit: 'grapheme' });
    fc.assert(
      fc.property(part, part, fc.string({ unit: 'grapheme' }), (page, id, journey) => {
        const route = parseRoute(linkTo([page, id], new URLSearchParams({ journey })));
        expect(route.page).toBe(page);
        expect(route.parts).toEqual([id]);
        expect(route.query.get('journey')).toBe(journey);
      }),
    );
  });

  it('takes a stray percent sign as it is written', () => {
    expect(parseRoute('#/anomalies/90%25/100%').parts).toEqual(['90%', '100%']);
  });
});

describe('keyInFragment', () => {
  it('reads the key that a link brought along', () => {
    expect(keyInFragment('#key=tl_abc%2Fd')).toBe('tl_abc/d');
  });

  it('finds none in a page of the dashboard', () => {
    expect(keyInFragment('#/queue?key=x')).toBeNull();
    expect(keyInFragment('')).toBeNull();
  });
});
