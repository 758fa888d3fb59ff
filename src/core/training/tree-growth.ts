import type { BinnedTable } from './binned-table.js';
import { CategorySplitter } from './tree-category-split.js';
import { HistogramBuilder, subtractHistogram } from './tree-histogram.js';
import { RowPartition, SIDES, markLeft } from './row-partition.js';
import type { LeafRows, Sides } from './row-partition.js';
import type { RowWeights } from './row-weights.js';
import { bestNumericSplit, isClearlyBetter, leastHessian } from './tree-split.js';
import type { CategoryWay, NodeSums, Split, SplitRule } from './tree-split.js';

/** How a tree grows. */
export interface TreeRecipe extends SplitRule {
  /** Most leaves of a tree; the leaf whose split helps most is split next. */
  readonly leaves: number;
  /** What a leaf's value is multiplied by. */
  readonly learningRate: number;
}

/** What a tree is grown on. */
export interface TreeTask {
  /** Training rows; their order is the grower's to change. */
  readonly order: Int32Array;
  /** Gradient and hessian of the loss by each row's score, side by side, times its weight. */
  readonly derivatives: Float32Array;
  readonly weights: RowWeights;
  /** Features that may be split on, ascending. */
  readonly features: Int32Array;
  /** What the learning rate is multiplied by. */
  readonly stretch: number;
  readonly categories: CategoryWay;
}

/** A node of a grown tree; one with a split has two children, `left` and the next. */
export interface GrownNode {
  /** What a row that ends here adds to its score. */
  readonly value: number;
  /** Weight of the training rows that passed. */
  readonly cover: number;
  split: Split | null;
  /** Where missing numbers and unknown categories go. */
  missingLeft: boolean;
  left: number;
}

/** A tree's nodes, root first. */
export interface GrownNodes {
  readonly nodes: readonly GrownNode[];
}

/** A tree as it grew, and which rows of the order ended in which leaf. */
export interface GrownTree extends GrownNodes {
  /** 1 for the bins that go left, 256 places a node; the grower's own, until its next tree. */
  readonly goesLeft: Uint8Array;
  readonly leaves: readonly (LeafRows & { readonly value: number })[];
}

interface OpenLeaf extends LeafRows {
  readonly sums: NodeSums;
  readonly value: number;
  readonly node: number;
  histogram: Float64Array | null;
  best: Split | null;
}

const EMPTY = new Uint8Array();

/** Grows trees leaf by leaf on one binned table: LightGBM's way (Ke et al., NIPS 2017). */
export class TreeGrower {
  private readonly histograms: HistogramBuilder;
  private readonly categories = new CategorySplitter();
  private readonly partition: RowPartition;
  private readonly spare: Float64Array[] = [];
  /** One for all trees: a new one each is what the garbage collector would be busy with. */
  private readonly goesLeft: Uint8Array;

  constructor(
    private readonly binned: BinnedTable,
    private readonly recipe: TreeRecipe,
  ) {
    this.histograms = new HistogramBuilder(binned);
    this.partition = new RowPartition(binned.rows);
    this.goesLeft = new Uint8Array(SIDES * (2 * recipe.leaves - 1));
  }

  grow(task: TreeTask): GrownTree {
    this.histograms.select(task.features);
    const root = this.openRoot(task);
    const nodes = [nodeOf(root)];
    const goesLeft = this.goesLeft.fill(0);
    const leaves = [root];
    while (leaves.length < this.recipe.leaves) {
      const place = mostHelpful(leaves);
      const leaf = leaves[place];
      if (leaf?.best == null) break;
      const [left, right] = this.splitLeaf(leaf, { nodes, goesLeft }, task);
      nodes.push(nodeOf(left), nodeOf(right));
      leaves.splice(place, 1, left, right);
      if (leaves.length < this.recipe.leaves) this.openChildren(leaf, [left, right], task);
    }
    for (const leaf of leaves) this.release(leaf);
    return { nodes, goesLeft, leaves };
  }

  private openRoot(task: TreeTask): OpenLeaf {
    const { order, weights } = task;
    const rows = { begin: 0, end: order.length };
    const histogram = this.build(rows, task);
    const weight = weights.sum(order, 0, order.length);
    const sums = { ...this.histograms.total(histogram), weight };
    const root = this.leaf(rows, sums, { node: 0, l2: this.recipe.l2, stretch: task.stretch });
    root.histogram = histogram;
    if (this.mayBeSplit(root)) root.best = this.bestSplit(root, task);
    return root;
  }

  private leaf(
    rows: LeafRows,
    sums: NodeSums,
    at: { node: number; l2: number; stretch: number },
  ): OpenLeaf {
    const value = (-at.stretch * this.recipe.learningRate * sums.gradient) / (sums.hessian + at.l2);
    const { begin, end } = rows;
    return { begin, end, sums, value, node: at.node, histogram: null, best: null };
  }

  /** Writes the leaf's split into its node and parts its rows. */
  private splitLeaf(
    leaf: OpenLeaf,
    { nodes, goesLeft }: { readonly nodes: GrownNode[]; readonly goesLeft: Uint8Array },
    task: TreeTask,
  ): readonly [OpenLeaf, OpenLeaf] {
    const { best, sums } = leaf;
    const node = nodes[leaf.node];
    if (best === null || node === undefined) throw new RangeError('A leaf without a split.');
    const column = this.binned.columns[best.feature] ?? EMPTY;
    const sides = { goesLeft, from: SIDES * leaf.node };
    markLeft(best, this.binned, sides);
    const middle = this.partition.part(task.order, leaf, column, sides);
    const weight = task.weights.sum(task.order, leaf.begin, middle);
    const first = { gradient: best.left.gradient, hessian: best.left.hessian, weight };
    const second = {
      gradient: sums.gradient - first.gradient,
      hessian: sums.hessian - first.hessian,
      weight: sums.weight - weight,
    };
    const { where, l2 } = best;
    const { stretch } = task;
    node.split = best;
    node.left = nodes.length;
    const known = where.kind === 'numeric' ? where.missingLeft : null;
    node.missingLeft = known ?? first.weight > second.weight;
    if (where.kind === 'numeric') markMissing(sides, this.binned, node);
    return [
      this.leaf({ begin: leaf.begin, end: middle }, first, { node: nodes.length, l2, stretch }),
      this.leaf({ begin: middle, end: leaf.end }, second, { node: nodes.length + 1, l2, stretch }),
    ];
  }

  /** Sums up the smaller child alone: the other is what it leaves of the parent. */
  private openChildren(
    parent: OpenLeaf,
    [left, right]: readonly [OpenLeaf, OpenLeaf],
    task: TreeTask,
  ): void {
    const leftIsSmaller = left.end - left.begin <= right.end - right.begin;
    const [small, large] = leftIsSmaller ? [left, right] : [right, left];
    const [smallOpen, largeOpen] = [this.mayBeSplit(small), this.mayBeSplit(large)];
    if (smallOpen || largeOpen) small.histogram = this.build(small, task);
    if (largeOpen && parent.histogram !== null && small.histogram !== null) {
      subtractHistogram(parent.histogram, small.histogram);
      large.histogram = parent.histogram;
      parent.histogram = null;
      large.best = this.bestSplit(large, task);
    } else this.release(parent);
    if (smallOpen) small.best = this.bestSplit(small, task);
    else this.release(small);
  }

  private mayBeSplit({ sums }: OpenLeaf): boolean {
    return sums.hessian >= 2 * leastHessian(sums, this.recipe);
  }

  private build({ begin, end }: LeafRows, task: TreeTask): Float64Array {
    const histogram = this.spare.pop() ?? new Float64Array(this.histograms.size);
    this.histograms.fill(histogram, task, { begin, end });
    return histogram;
  }

  private release(leaf: OpenLeaf): void {
    if (leaf.histogram !== null) this.spare.push(leaf.histogram);
    leaf.histogram = null;
  }

  private bestSplit({ histogram, sums }: OpenLeaf, task: TreeTask): Split | null {
    if (histogram === null) return null;
    let best: Split | null = null;
    for (const feature of task.features) {
      const gained = best?.gain ?? 0;
      const split = this.bestSplitBy(feature, histogram, { sums, gained, way: task.categories });
      if (split !== null && isClearlyBetter(split.gain, gained)) best = split;
    }
    return best;
  }

  private bestSplitBy(
    feature: number,
    histogram: Float64Array,
    {
      sums,
      gained,
      way,
    }: { readonly sums: NodeSums; readonly gained: number; readonly way: CategoryWay },
  ): Split | null {
    const { offsets, bins } = this.binned;
    const from = offsets[feature] ?? 0;
    const own = { histogram, feature, from, bins: (offsets[feature + 1] ?? 0) - from };
    return bins[feature]?.kind === 'numeric'
      ? bestNumericSplit(own, sums, { rule: this.recipe, gained })
      : this.categories.best(own, sums, { rule: this.recipe, way });
  }
}

function nodeOf({ value, sums }: OpenLeaf): GrownNode {
  const { weight: cover } = sums;
  return { value, cover, split: null, missingLeft: false, left: -1 };
}

/** The place of the leaf whose split helps most; the first of equal ones. */
function mostHelpful(leaves: readonly OpenLeaf[]): number {
  let [place, best] = [-1, 0];
  leaves.forEach((leaf, i) => {
    const gain = leaf.best?.gain ?? 0;
    if (isClearlyBetter(gain, best)) [place, best] = [i, gain];
  });
  return place;
}

/** Validation rows may miss a number where no training row of the node did. */
function markMissing({ goesLeft, from }: Sides, { bins }: BinnedTable, node: GrownNode): void {
  const own = bins[node.split?.feature ?? -1];
  if (own?.kind === 'numeric') goesLeft[from + own.edges.length + 1] = node.missingLeft ? 1 : 0;
}
