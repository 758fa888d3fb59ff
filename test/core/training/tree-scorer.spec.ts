import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';

import { seededRandom } from '../../../src/core/statistics/random.js';
import { NodeRule, unpackTrees } from '../../../src/core/training/tree-ensemble.js';
import type { TreeEnsemble } from '../../../src/core/training/tree-ensemble.js';
import { TreeScorer } from '../../../src/core/training/tree-scorer.js';
import { childOf } from '../../../src/core/training/tree-walk.js';

/** Bins of the features: two numbers, and categories that fill one word of a set and several. */
const BINS = [0, 5, 0, 70];
const SET_WORDS = 8;

/** Trees of random splits, with up to so many leaves each. */
function randomTrees(leaves: number, random: () => number): TreeEnsemble {
  const roots: number[] = [];
  const nodes: number[][] = [];
  const sets: number[] = [];
  const split = (left: number): number[] => {
    const feature = Math.floor(random() * BINS.length);
    const missing = random() < 0.5 ? NodeRule.missingRight : 0;
    if (BINS[feature] === 0) return [feature, cut(random), left, missing, 1];
    const begin = sets.length;
    for (let word = 0; word < SET_WORDS; word += 1) sets.push(Math.floor(random() * 2 ** 32));
    return [feature, begin, left, missing + NodeRule.categorical, 1];
  };
  for (let tree = 0; tree < 5; tree += 1) {
    roots.push(nodes.length);
    const open = [nodes.push([]) - 1];
    while (open.length < leaves) {
      const [at = 0] = open.splice(Math.floor(random() * open.length), 1);
      const left = nodes.push([], []) - 2;
      nodes[at] = split(left);
      open.push(left, left + 1);
    }
    for (const leaf of open) nodes[leaf] = [-1, random() - 0.5, -1, 0, 1];
  }
  const shape = { trees: roots.length, nodes: nodes.length, sets: sets.length / SET_WORDS };
  return unpackTrees(shape, Float64Array.from([...roots, ...nodes.flat(), ...sets]), BINS.length);
}

/** From few values, so that some lie on a cut. */
function cut(random: () => number): number {
  return Math.floor(random() * 8);
}

function walked(trees: TreeEnsemble, values: Float64Array, start: number): number {
  return trees.roots.reduce((score, root) => {
    let node = root;
    while ((trees.feature[node] ?? -1) >= 0) node = childOf(trees, node, values, 0);
    return score + (trees.figure[node] ?? Number.NaN);
  }, start);
}

describe('tree scorer', () => {
  it('says to the bit what a walk down every tree says', () => {
    fc.assert(
      fc.property(fc.nat(), fc.integer({ min: 1, max: 32 }), (seed, leaves) => {
        const random = seededRandom(seed);
        const trees = randomTrees(leaves, random);
        const scorer = new TreeScorer(trees, BINS);
        const rows = Array.from({ length: 20 }, () =>
          BINS.map((bins) => {
            if (random() < 0.2) return Number.NaN;
            if (bins === 0 && random() < 0.1) return random() < 0.5 ? -Infinity : Infinity;
            return bins === 0 ? cut(random) : Math.floor(random() * bins);
          }),
        );
        const scores = new Float64Array(rows.length).fill(0.25);
        scorer.add(Float64Array.from(rows.flat()), scores);
        const wanted = rows.map((row) => walked(trees, Float64Array.from(row), 0.25));
        expect([...scores]).toEqual(wanted);
      }),
      { numRuns: 100 },
    );
  });

  it('refuses a tree with more leaves than a number has bits', () => {
    const trees = randomTrees(33, seededRandom(1));
    expect(() => new TreeScorer(trees, BINS)).toThrow(
      expect.objectContaining({ code: 'bad-artefact' }),
    );
  });
});
