import { describe, expect, it } from '@jest/globals';

import { rollbackTarget } from '../../../src/core/registry/rollback-target.js';
import type { Crowning } from '../../../src/core/registry/rollback-target.js';

/** `A` is promoted, `<A` is rolled back to. */
const history = (words: string): Crowning[] =>
  words.split(' ').map((word) => {
    return { version: word.replace('<', ''), isRollback: word.startsWith('<') };
  });

const targetAfter = (words: string, rejected = ''): string | null =>
  rollbackTarget(history(words), (version) => rejected.includes(version));

describe('rolling back', () => {
  it('returns to the champion before', () => {
    expect(targetAfter('0 A B')).toBe('A');
    expect(targetAfter('0 A B A')).toBe('B');
  });

  it('goes further back when it is done again, never to what was rolled back from', () => {
    expect(targetAfter('0 A B <A')).toBe('0');
    expect(targetAfter('0 A B <A <0')).toBeNull();
    expect(targetAfter('0 A B <A C')).toBe('A');
    expect(targetAfter('0 A B A <B')).toBe('A');
  });

  it('passes over what was rejected', () => {
    expect(targetAfter('0 A B', 'A')).toBe('0');
    expect(targetAfter('0 A', '0')).toBeNull();
  });

  it('leads nowhere from the first champion', () => {
    expect(targetAfter('0')).toBeNull();
    expect(targetAfter('0 0')).toBeNull();
    expect(rollbackTarget([], () => false)).toBeNull();
  });
});
