import { createHash } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { featureTable } from '../../../src/core/features/feature-table.js';
import { Sha256 } from '../../../src/core/registry/sha256.js';
import { trainingSetHash } from '../../../src/core/registry/training-set-hash.js';
import type { TrainingSet } from '../../../src/core/training/classifier.js';

describe('SHA-256', () => {
  it('is what node:crypto says, in whatever pieces the bytes come', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 200 }), { maxLength: 5 }), (pieces) => {
        const reference = createHash('sha256');
        const own = new Sha256();
        for (const piece of pieces) {
          reference.update(piece);
          own.update(piece);
        }
        expect(own.digest()).toBe(reference.digest('hex'));
      }),
    );
  });

  // FIPS 180-4 example, one block: "abc"
  it('is the standard’s example', () => {
    expect(new Sha256().update(Uint8Array.of(97, 98, 99)).digest()).toBe(
      'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
    );
  });
});

const set = (over: Partial<TrainingSet> = {}): TrainingSet => ({
  table: featureTable(
    {
      features: [
        { name: 'rule', kind: 'categorical' },
        { name: 'score', kind: 'numeric' },
      ],
    },
    [
      { rule: 'a', score: 1 },
      { rule: null, score: null },
    ],
  ),
  labels: Uint8Array.of(0, 1),
  weights: Float64Array.of(1, 1),
  times: Float64Array.of(5, 6),
  groups: ['i', 'j'],
  ...over,
});

describe('the hash of a training set', () => {
  it('is the same for the same data', () => {
    expect(trainingSetHash(set())).toBe(trainingSetHash(set()));
    expect(trainingSetHash(set())).toMatch(/^[0-9a-f]{64}$/);
    const zero = (weights: Float64Array) => trainingSetHash(set({ weights }));
    expect(zero(Float64Array.of(0, 1))).toBe(zero(Float64Array.of(-0, 1)));
  });

  it('differs with every part', () => {
    const { table } = set();
    const category = (rule: string | null) => ({
      ...table,
      categorical: new Map([['rule', [rule, null]]]),
    });
    const hashes = [
      set(),
      set({ labels: Uint8Array.of(1, 1) }),
      set({ weights: Float64Array.of(1, 2) }),
      set({ times: undefined }),
      set({ groups: ['i', 'i'] }),
      set({ groups: ['ij', ''] }),
      set({ table: category('b') }),
      set({ table: category(null) }),
      set({ table: category('null') }),
      set({ table: { ...table, numeric: new Map([['score', Float64Array.of(1, 0)]]) } }),
      set({ table: { ...table, schema: { features: [...table.schema.features].reverse() } } }),
    ].map(trainingSetHash);
    expect(new Set(hashes).size).toBe(hashes.length);
  });
});
