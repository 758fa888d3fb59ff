import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';

import type { ActorMerge } from '../../../src/core/journeys/persons.js';
import { Persons } from '../../../src/core/journeys/persons.js';

const merge = (from: string, into: string, knownAt: number): ActorMerge => ({
  from,
  into,
  knownAt,
});

describe('a person', () => {
  it('goes by the actor that its last merge led into', () => {
    const persons = new Persons([merge('b', 'c', 2), merge('a', 'b', 1), merge('x', 'y', 1)]);
    expect(['a', 'b', 'c', 'x', 'z'].map((actor) => persons.personOf(actor))).toEqual(
      ['c', 'c', 'c', 'y', 'z'], // prettier-ignore
    );
    expect(persons.actorsOf('c').sort()).toEqual(['a', 'b', 'c']);
    expect(persons.actorsOf('z')).toEqual(['z']);
    expect(persons.mergesOf('y')).toEqual([merge('x', 'y', 1)]);
    expect(persons.mergesOf('z')).toEqual([]);
  });

  it('is not changed by merges that go round', () => {
    const persons = new Persons([merge('a', 'b', 1), merge('b', 'a', 2)]);
    expect([persons.personOf('a'), persons.personOf('b')]).toEqual(['b', 'b']);
  });

  it('may be made of very many actors, one after the other', () => {
    const merges = Array.from({ length: 50_000 }, (_, i) => merge(`a${i}`, `a${i + 1}`, i));
    expect(new Persons(merges).personOf('a0')).toBe('a50000');
  });

  it('is the same in whatever order merges come', () => {
    const actor = fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f', 'g');
    const all = fc.array(fc.record({ from: actor, into: actor, knownAt: fc.nat(3) }));
    fc.assert(
      fc.property(
        all.chain((merges) =>
          fc.tuple(fc.constant(merges), fc.shuffledSubarray(merges, { minLength: merges.length })),
        ),
        ([merges, shuffled]) => {
          const [one, other] = [new Persons(merges), new Persons(shuffled)];
          for (const name of 'abcdefg') expect(one.personOf(name)).toBe(other.personOf(name));
        },
      ),
    );
  });
});
