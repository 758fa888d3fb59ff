import { gaussLegendre } from '../statistics/gauss-legendre.js';
import type { Quadrature } from '../statistics/gauss-legendre.js';
import type { TreeEnsemble } from './tree-ensemble.js';
import { childOf } from './tree-walk.js';

/**
 * Exact path-dependent Shapley values of trees (the values of TreeSHAP, algorithm 2 of Lundberg,
 * Erion & Lee 2018). A leaf is a product over the features of its path of o (the row follows it, 0
 * or 1) where a feature is known and z (share of the training rows that follow it) where not; its
 * Shapley values are v (o - z) times the integral over t of the other factors t o + (1 - t) z, a
 * polynomial, so that Gauss-Legendre is exact and every term positive. Products are kept from node
 * to node as in Linear TreeShap (Yu et al. 2022): O(nodes x half the features of a path) a row.
 */
export class TreeContributions {
  /** What the trees say on average, rows weighted as in training. */
  readonly expectedValue: number;
  private readonly quadrature: Quadrature;
  /** Of each feature, o and z as far as the walk has come. */
  private readonly known: Float64Array;
  private readonly unknown: Float64Array;
  /** By depth: the product of the factors at each place, and the sum of leaves below. */
  private readonly products: Float64Array;
  private readonly sums: Float64Array;

  constructor(
    private readonly trees: TreeEnsemble,
    features: number,
  ) {
    const { depth, most } = longestPaths(trees, features);
    this.quadrature = gaussLegendre(Math.max(1, Math.ceil(most / 2)));
    this.known = new Float64Array(features).fill(1);
    this.unknown = new Float64Array(features).fill(1);
    this.products = new Float64Array((depth + 1) * this.points);
    this.sums = new Float64Array((depth + 1) * this.points);
    this.expectedValue = expectedValue(trees);
  }

  /** Adds one row's contributions, feature by feature; `values` hold the row from `from` on. */
  add(values: Float64Array, from: number, contributions: Float64Array): void {
    this.products.fill(1, 0, this.points);
    for (const root of this.trees.roots) this.visit(root, 0, { values, from, contributions });
  }

  private get points(): number {
    return this.quadrature.nodes.length;
  }

  /** Fills `sums` at this depth with the leaves below the node. */
  private visit(node: number, depth: number, row: WalkedRow): void {
    const { products, sums, points, trees } = this;
    const at = depth * points;
    if ((trees.feature[node] ?? -1) < 0) {
      const value = trees.figure[node] ?? 0;
      for (let k = 0; k < points; k += 1) sums[at + k] = value * (products[at + k] ?? 0);
      return;
    }
    const first = trees.left[node] ?? 0;
    const followed = childOf(trees, node, row.values, row.from);
    sums.fill(0, at, at + points);
    this.follow(node, { child: first, follows: followed === first }, depth, row);
    this.follow(node, { child: first + 1, follows: followed !== first }, depth, row);
  }

  private follow(
    node: number,
    { child, follows }: { readonly child: number; readonly follows: boolean },
    depth: number,
    row: WalkedRow,
  ): void {
    const { known, unknown, trees } = this;
    const feature = trees.feature[node] ?? 0;
    const above = { known: known[feature] ?? 1, unknown: unknown[feature] ?? 1 };
    const share = (trees.cover[child] ?? 0) / (trees.cover[node] ?? 1);
    const own = { known: follows ? above.known : 0, unknown: above.unknown * share };
    this.multiply(depth, above, own);
    known[feature] = own.known;
    unknown[feature] = own.unknown;
    this.visit(child, depth + 1, row);
    known[feature] = above.known;
    unknown[feature] = above.unknown;
    row.contributions[feature] = (row.contributions[feature] ?? 0) + this.gather(depth, above, own);
  }

  /** The products one deeper: the feature's factor is replaced. */
  private multiply(depth: number, above: Factor, own: Factor): void {
    const { products, quadrature, points } = this;
    const { nodes } = quadrature;
    const [from, to] = [depth * points, (depth + 1) * points];
    const [slope, slopeAbove] = [own.known - own.unknown, above.known - above.unknown];
    for (let k = 0; k < points; k += 1) {
      const t = nodes[k] ?? 0;
      const change = (own.unknown + t * slope) / (above.unknown + t * slopeAbove);
      products[to + k] = change * (products[from + k] ?? 0);
    }
  }

  /**
   * Adds the leaves below one deeper to the sums here; answers what the feature contributes by
   * them, less what it was said to contribute further up the path: it now says more.
   */
  private gather(depth: number, above: Factor, own: Factor): number {
    const { sums, quadrature, points } = this;
    const { nodes, weights } = quadrature;
    const [to, from] = [depth * points, (depth + 1) * points];
    const [slope, slopeAbove] = [own.known - own.unknown, above.known - above.unknown];
    let contribution = 0;
    for (let k = 0; k < points; k += 1) {
      const t = nodes[k] ?? 0;
      const leaves = sums[from + k] ?? 0;
      sums[to + k] = (sums[to + k] ?? 0) + leaves;
      const more =
        slope / (own.unknown + t * slope) - slopeAbove / (above.unknown + t * slopeAbove);
      contribution += (weights[k] ?? 0) * leaves * more;
    }
    return contribution;
  }
}

/** What a feature multiplies a leaf by where it is known (0 or 1) and where it is not. */
interface Factor {
  readonly known: number;
  readonly unknown: number;
}

interface WalkedRow {
  readonly values: Float64Array;
  readonly from: number;
  readonly contributions: Float64Array;
}

function expectedValue({ roots, feature, figure, left, cover }: TreeEnsemble): number {
  const expected = Float64Array.from(figure);
  // Children come after their parent, so from the back every child is ready.
  for (let node = feature.length - 1; node >= 0; node -= 1) {
    if ((feature[node] ?? -1) < 0) continue;
    const child = left[node] ?? 0;
    const first = (cover[child] ?? 0) / (cover[node] ?? 1);
    expected[node] = first * (expected[child] ?? 0) + (1 - first) * (expected[child + 1] ?? 0);
  }
  return roots.reduce((sum, root) => sum + (expected[root] ?? 0), 0);
}

/** The longest path, and the most features that are on one. */
function longestPaths(
  { roots, feature, left }: TreeEnsemble,
  features: number,
): { readonly depth: number; readonly most: number } {
  const times = new Int32Array(features);
  let [depth, most] = [0, 0];
  const visit = (node: number, above: number, different: number): void => {
    const own = feature[node] ?? -1;
    depth = Math.max(depth, above);
    most = Math.max(most, different);
    if (own < 0) return;
    const next = different + (times[own] === 0 ? 1 : 0);
    times[own] = (times[own] ?? 0) + 1;
    visit(left[node] ?? 0, above + 1, next);
    visit((left[node] ?? 0) + 1, above + 1, next);
    times[own] = (times[own] ?? 0) - 1;
  };
  for (const root of roots) visit(root, 0, 0);
  return { depth, most };
}
