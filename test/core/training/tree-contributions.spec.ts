import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';

import { seededRandom } from '../../../src/core/statistics/random.js';
import { TreeContributions } from '../../../src/core/training/tree-contributions.js';
import { unpackTrees } from '../../../src/core/training/tree-ensemble.js';
import type { TreeEnsemble } from '../../../src/core/training/tree-ensemble.js';
import { TreeScorer } from '../../../src/core/training/tree-scorer.js';
import { childOf } from '../../../src/core/training/tree-walk.js';

/** One node: feature (-1 for a leaf), cut or value, left child, 1 where missing goes right, cover. */
type Node = readonly [number, number, number, number, number];

// xgboost 1.7.4 (tree_method=hist, max_depth=4, eta=.5, base_score=.5, two rounds on 200 rows of
// seeded noise): get_dump(with_stats=True) breadth first, and predict(pred_contribs=True).
// prettier-ignore
const XGBOOST_TREES: readonly (readonly Node[])[] = [
  [
    [2, 0.810000002, 1, 1, 50], [0, 0.409999996, 3, 1, 40], [1, 0.899999976, 5, 0, 10],
    [1, 0.409999996, 7, 1, 19.75], [1, 0.280000001, 9, 0, 20.25], [-1, 0.789473712, -1, 0, 8.5],
    [-1, 0.200000003, -1, 0, 1.5], [2, 0.379999995, 11, 1, 6.25], [-1, 0.827586234, -1, 0, 13.5],
    [0, 0.610000014, 13, 1, 8.5], [0, 0.50999999, 15, 1, 11.75], [-1, -0.166666672, -1, 0, 2],
    [-1, -0.714285731, -1, 0, 4.25], [-1, -0.200000003, -1, 0, 4], [-1, 0.363636374, -1, 0, 4.5],
    [-1, 0.0909090936, -1, 0, 1.75], [-1, -0.590909064, -1, 0, 10],
  ],
  [
    [2, 0.810000002, 1, 1, 45.1894646], [0, 0.409999996, 3, 1, 36.402462],
    [0, 0.389999986, 5, 1, 8.78700161], [1, 0.409999996, 7, 1, 17.1658859],
    [1, 0.280000001, 9, 1, 19.2365761], [0, 0.170000002, 11, 1, 2.89016795],
    [1, 0.300000012, 13, 1, 5.89683342], [2, 0.379999995, 15, 1, 5.73705578],
    [0, 0.109999999, 17, 1, 11.4288292], [0, 0.5, 19, 1, 5.13622332],
    [0, 0.50999999, 21, 1, 14.1003532], [-1, 0.458157688, -1, 0, 1.53608751],
    [-1, -0.180652544, -1, 0, 1.35408044], [-1, 0.135356799, -1, 0, 1.07380915],
    [-1, 0.625435293, -1, 0, 4.82302427], [-1, -0.11175441, -1, 0, 1.98617506],
    [-1, -0.482762426, -1, 0, 3.75088072], [-1, 0.187120527, -1, 0, 3.17467499],
    [-1, 0.640905142, -1, 0, 8.25415516], [-1, -0.543438196, -1, 0, 1.48509955],
    [-1, 0.506352007, -1, 0, 3.65112376], [-1, 0.222230613, -1, 0, 2.24142241],
    [-1, -0.357228667, -1, 0, 11.8589306],
  ],
];

const XGBOOST_CONTRIBUTIONS: readonly {
  readonly row: readonly number[];
  readonly contributions: readonly number[];
}[] = [
  {
    row: [0.1, 0.2, 0.3],
    contributions: [-0.02363037318, -0.60570448637, 0.04722311348, 0.30369073153],
  },
  {
    row: [0.9, Number.NaN, 0.5],
    contributions: [-0.42099922895, 0.3724398911, -0.24872371554, 0.30369073153],
  },
  {
    row: [0.55, 0.8, 0.95],
    contributions: [-0.25274145603, 0.08941136301, 1.27454853058, 0.30369073153],
  },
  {
    row: [0.3, Number.NaN, 0.1],
    contributions: [0.64171588421, 0.48593366146, 0.0371510983, 0.30369073153],
  },
];

function ensembleOf(trees: readonly (readonly Node[])[], features: number): TreeEnsemble {
  const roots: number[] = [];
  const figures: number[] = [];
  for (const nodes of trees) {
    const root = figures.length / 5;
    roots.push(root);
    for (const [feature, figure, left, rule, cover] of nodes) {
      figures.push(feature, figure, left < 0 ? left : root + left, rule, cover);
    }
  }
  const shape = { trees: trees.length, nodes: figures.length / 5, sets: 0 };
  return unpackTrees(shape, Float64Array.from([...roots, ...figures]), features);
}

/** A tree of random cuts; features come more than once on a path. */
function randomTree(features: number, random: () => number): Node[] {
  const nodes: Node[] = [];
  const grow = (at: number, depth: number, cover: number): void => {
    if (depth === 0 || random() < 0.15) {
      nodes[at] = [-1, random() - 0.5, -1, 0, cover];
      return;
    }
    const left = nodes.length;
    nodes.length += 2;
    const share = 0.02 + 0.96 * random();
    const feature = Math.floor(random() * features);
    nodes[at] = [feature, random(), left, random() < 0.5 ? 1 : 0, cover];
    grow(left, depth - 1, cover * share);
    grow(left + 1, depth - 1, cover * (1 - share));
  };
  nodes.length = 1;
  grow(0, 5, 100);
  return nodes;
}

/** What the trees say where the features of the set are known alone (bit by bit). */
function expectationGiven(trees: TreeEnsemble, values: Float64Array, known: number): number {
  const below = (node: number): number => {
    const feature = trees.feature[node] ?? -1;
    if (feature < 0) return trees.figure[node] ?? Number.NaN;
    if ((known >> feature) & 1) return below(childOf(trees, node, values, 0));
    const left = trees.left[node] ?? 0;
    const [a = 0, b = 0, whole = 0] = [left, left + 1, node].map((n) => trees.cover[n]);
    return (a * below(left) + b * below(left + 1)) / whole;
  };
  return trees.roots.reduce((sum, root) => sum + below(root), 0);
}

/** Shapley's formula over all sets. */
function shapleyValues(trees: TreeEnsemble, values: Float64Array): number[] {
  const count = values.length;
  const factorial = (n: number): number => (n <= 1 ? 1 : n * factorial(n - 1));
  const size = (set: number): number => set.toString(2).replaceAll('0', '').length;
  return Array.from(values, (_, feature) => {
    let value = 0;
    for (let set = 0; set < 1 << count; set += 1) {
      if ((set >> feature) & 1) continue;
      const weight = (factorial(size(set)) * factorial(count - size(set) - 1)) / factorial(count);
      const gain =
        expectationGiven(trees, values, set | (1 << feature)) -
        expectationGiven(trees, values, set);
      value += weight * gain;
    }
    return value;
  });
}

describe('tree contributions', () => {
  it.each(XGBOOST_CONTRIBUTIONS)('equal those of xgboost for $row', ({ row, contributions }) => {
    const trees = ensembleOf(XGBOOST_TREES, 3);
    const explain = new TreeContributions(trees, 3);
    const own = new Float64Array(3);
    explain.add(Float64Array.from(row), 0, own);
    [...own, explain.expectedValue].forEach((value, i) => {
      expect(value).toBeCloseTo(contributions[i] ?? Number.NaN, 5);
    });
  });

  it('equal the Shapley values by definition, and sum to what is said', () => {
    fc.assert(
      fc.property(fc.nat(), fc.integer({ min: 1, max: 6 }), (seed, features) => {
        const random = seededRandom(seed);
        const grown = Array.from({ length: 3 }, () => randomTree(features, random));
        const trees = ensembleOf(grown, features);
        const values = Float64Array.from({ length: features }, () =>
          random() < 0.2 ? Number.NaN : random(),
        );
        const explain = new TreeContributions(trees, features);
        const own = new Float64Array(features);
        explain.add(values, 0, own);
        shapleyValues(trees, values).forEach((value, feature) => {
          expect(Math.abs(value - (own[feature] ?? Number.NaN))).toBeLessThan(1e-12);
        });
        const said = new Float64Array(1);
        new TreeScorer(trees, new Array<number>(features).fill(0)).add(values, said);
        const sum = own.reduce((total, value) => total + value, explain.expectedValue);
        expect(Math.abs(sum - (said[0] ?? Number.NaN))).toBeLessThan(1e-12);
      }),
      { numRuns: 60 },
    );
  });
});
