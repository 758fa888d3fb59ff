import { DomainError } from '../errors/domain-error.js';
import { NodeRule } from './tree-ensemble.js';
import type { TreeEnsemble } from './tree-ensemble.js';

/** Most leaves of a tree: each has a bit of a number. */
const MOST_LEAVES = 32;

/** A split, and which leaves are left to a row that passes it to the right. */
interface Strike {
  readonly node: number;
  readonly tree: number;
  readonly mask: number;
}

/**
 * Adds up what trees say without walking them: QuickScorer (Lucchese et al., SIGIR 2015). A tree has
 * a bit for every leaf, from left to right; a split that a row passes to the right strikes the leaves
 * of its left side out, and the first bit that remains is the leaf that the row ends in. Splits stand
 * by feature and ascending cut, categories by bin, so that a processor has next to nothing to guess.
 */
export class TreeScorer {
  /** Where the lists of each feature begin: by cut, or one per bin; then one for what is not known. */
  private readonly lists: Int32Array;
  /** Where each list's strikes begin. */
  private readonly begins: Int32Array;
  private readonly cuts: Float64Array;
  private readonly trees: Int32Array;
  private readonly masks: Int32Array;
  /** Values of the leaves, 32 places a tree. */
  private readonly leaves: Float64Array;
  private readonly remaining: Int32Array;

  /** @param bins how many bins a category has, by feature; none for a number. */
  constructor(
    ensemble: TreeEnsemble,
    private readonly bins: readonly number[],
  ) {
    const { roots, feature, figure } = ensemble;
    this.leaves = new Float64Array(MOST_LEAVES * roots.length);
    this.remaining = new Int32Array(roots.length);
    const strikes: Strike[] = [];
    roots.forEach((root, tree) =>
      this.number(ensemble, { tree, strikes }, { node: root, leaf: 0 }),
    );
    const lists = bins.flatMap((count, f) => {
      const own = strikes.filter(({ node }) => feature[node] === f);
      return count === 0 ? numericLists(ensemble, own) : categoryLists(ensemble, own, count);
    });
    const all = lists.flat();
    const sizes = bins.map((count) => (count === 0 ? 2 : count + 1));
    this.lists = runningSum(sizes);
    this.begins = runningSum(lists.map((list) => list.length));
    this.cuts = Float64Array.from(all, ({ node }) => figure[node] ?? 0);
    this.trees = Int32Array.from(all, ({ tree }) => tree);
    this.masks = Int32Array.from(all, ({ mask }) => mask);
  }

  /**
   * Adds what every tree says of rows to their scores, which stand from `first` on, as far as they
   * go; values are rows x width, row by row.
   */
  add(values: Float64Array, scores: Float64Array, first = 0): void {
    const width = this.bins.length;
    for (
      let at = 0, row = first;
      at < values.length && row < scores.length;
      at += width, row += 1
    ) {
      this.strike(values, at);
      scores[row] = this.sumFrom(scores[row] ?? 0);
    }
  }

  private strike(values: Float64Array, from: number): void {
    const { lists, bins } = this;
    this.remaining.fill(-1);
    for (let f = 0; f < bins.length; f += 1) {
      const value = values[from + f] ?? Number.NaN;
      const first = lists[f] ?? 0;
      if (Number.isNaN(value)) this.strikeList((lists[f + 1] ?? 0) - 1);
      else if (bins[f] === 0) this.strikeBelow(first, value);
      else this.strikeList(first + value);
    }
  }

  private strikeList(list: number): void {
    const { begins, trees, masks, remaining } = this;
    const end = begins[list + 1] ?? 0;
    for (let i = begins[list] ?? 0; i < end; i += 1) {
      const tree = trees[i] ?? 0;
      remaining[tree] = (remaining[tree] ?? 0) & (masks[i] ?? 0);
    }
  }

  /** Strikes by the cuts that the value lies above. */
  private strikeBelow(list: number, value: number): void {
    const { begins, cuts, trees, masks, remaining } = this;
    const end = begins[list + 1] ?? 0;
    for (let i = begins[list] ?? 0; i < end && value > (cuts[i] ?? 0); i += 1) {
      const tree = trees[i] ?? 0;
      remaining[tree] = (remaining[tree] ?? 0) & (masks[i] ?? 0);
    }
  }

  private sumFrom(start: number): number {
    const { remaining, leaves } = this;
    let score = start;
    for (let tree = 0; tree < remaining.length; tree += 1) {
      const bits = remaining[tree] ?? 0;
      score += leaves[MOST_LEAVES * tree + 31 - Math.clz32(bits & -bits)] ?? 0;
    }
    return score;
  }

  /** Numbers the leaves below a node, and notes its splits; answers the leaf after them. */
  private number(
    ensemble: TreeEnsemble,
    { tree, strikes }: { readonly tree: number; readonly strikes: Strike[] },
    { node, leaf }: { readonly node: number; readonly leaf: number },
  ): number {
    const { feature, left, figure } = ensemble;
    if ((feature[node] ?? -1) < 0) {
      if (leaf >= MOST_LEAVES) throw new DomainError('bad-artefact', 'A tree has over 32 leaves.');
      this.leaves[MOST_LEAVES * tree + leaf] = figure[node] ?? 0;
      return leaf + 1;
    }
    const first = left[node] ?? 0;
    const into = { tree, strikes };
    const middle = this.number(ensemble, into, { node: first, leaf });
    strikes.push({ node, tree, mask: ~(bitsBelow(middle) ^ bitsBelow(leaf)) });
    return this.number(ensemble, into, { node: first + 1, leaf: middle });
  }
}

/** Bits of the leaves before this one. */
function bitsBelow(leaf: number): number {
  return leaf >= MOST_LEAVES ? -1 : (1 << leaf) - 1;
}

function numericLists({ figure, rule }: TreeEnsemble, strikes: readonly Strike[]): Strike[][] {
  const ascending = [...strikes].sort((a, b) => (figure[a.node] ?? 0) - (figure[b.node] ?? 0));
  return [ascending, oncePerTree(strikes.filter(({ node }) => passesUnknown(rule, node)))];
}

function categoryLists(
  { figure, rule, sets }: TreeEnsemble,
  strikes: readonly Strike[],
  count: number,
): Strike[][] {
  const goesRight = (node: number, bin: number): boolean =>
    (((sets[(figure[node] ?? 0) + (bin >> 5)] ?? 0) >>> (bin & 31)) & 1) === 0;
  const byBin = Array.from({ length: count }, (_, bin) =>
    strikes.filter(({ node }) => goesRight(node, bin)),
  );
  return [...byBin, strikes.filter(({ node }) => passesUnknown(rule, node))].map(oncePerTree);
}

/** Strikes that come together anyway, those of a tree as one. */
function oncePerTree(strikes: readonly Strike[]): Strike[] {
  const byTree = new Map<number, Strike>();
  for (const strike of strikes) {
    const { mask } = byTree.get(strike.tree) ?? { mask: -1 };
    byTree.set(strike.tree, { ...strike, mask: strike.mask & mask });
  }
  return [...byTree.values()];
}

/** Whether what is not known goes right at a node. */
function passesUnknown(rule: Uint8Array, node: number): boolean {
  return ((rule[node] ?? 0) & NodeRule.missingRight) !== 0;
}

function runningSum(sizes: readonly number[]): Int32Array {
  const begins = new Int32Array(sizes.length + 1);
  sizes.forEach((size, i) => {
    begins[i + 1] = (begins[i] ?? 0) + size;
  });
  return begins;
}
