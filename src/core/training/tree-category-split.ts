import { isClearlyBetter, leafGain, leastHessian } from './tree-split.js';
import type {
  CategoryRule,
  CategoryWay,
  FeatureSums,
  NodeSums,
  Split,
  SplitRule,
} from './tree-split.js';

interface Bounds {
  readonly node: NodeSums;
  readonly l2: number;
  /** Least hessian of a child. */
  readonly least: number;
  /** Hessian below which a category is too thin to be sorted. */
  readonly thin: number;
  /** Hessian that must be added before another set is tried. */
  readonly group: number;
  readonly rule: CategoryRule;
}

interface BestSet {
  gain: number;
  /** The first so many of the sorted categories, or the last. */
  count: number;
  fromEnd: boolean;
  gradient: number;
  hessian: number;
}

const MOST_BINS = 256;

/**
 * Finds the best set of categories to go left. Few categories are tried one at a time; many are sorted
 * by gradient / (hessian + smooth) and tried from either end, as LightGBM does (Fisher 1958: the
 * best partition is contiguous in that order).
 */
export class CategorySplitter {
  /** Bins of the categories at hand, with their sums and what they are sorted by. */
  private readonly bins = new Int32Array(MOST_BINS);
  private readonly gradients = new Float64Array(MOST_BINS);
  private readonly hessians = new Float64Array(MOST_BINS);
  private readonly ratios = new Float64Array(MOST_BINS);
  private count = 0;

  /** The best split of one feature; null where none helps. */
  best(
    sums: FeatureSums,
    node: NodeSums,
    { rule, way }: { readonly rule: SplitRule; readonly way: CategoryWay },
  ): Split | null {
    this.collect(sums, EMPTY * node.hessian);
    if (this.count < 2) return null;
    const { categories } = rule;
    const single = this.count <= categories.mostSingle[way];
    const l2 = single ? rule.l2 : rule.l2 + categories.l2;
    const bounds = boundsOf(node, rule, l2);
    const none = leafGain(node.gradient, node.hessian, l2);
    const best: BestSet = { gain: none, count: 0, fromEnd: false, gradient: 0, hessian: 0 };
    if (single) this.trySingles(bounds, best);
    else this.trySorted(sums, bounds, best);
    if (best.count === 0) return null;
    const { gain, gradient, hessian } = best;
    const left = { gradient, hessian };
    const where = { kind: 'categorical' as const, bins: this.chosen(best) };
    return { feature: sums.feature, gain: gain - none, left, l2, where };
  }

  /** Takes the categories with more hessian than that. */
  private collect({ histogram, from, bins }: FeatureSums, above: number): void {
    this.count = 0;
    for (let bin = 0, at = 2 * from; bin < bins; bin += 1, at += 2) {
      const hessian = histogram[at + 1] ?? 0;
      if (hessian <= above) continue;
      this.bins[this.count] = bin;
      this.gradients[this.count] = histogram[at] ?? 0;
      this.hessians[this.count] = hessian;
      this.count += 1;
    }
  }

  private chosen({ count, fromEnd }: BestSet): number[] {
    const from = fromEnd ? this.count - count : 0;
    return Array.from(this.bins.subarray(from, from + count));
  }

  /** Leaves the best one in front. */
  private trySingles(bounds: Bounds, best: BestSet): void {
    const { least, node } = bounds;
    for (let i = 0; i < this.count; i += 1) {
      const gradient = this.gradients[i] ?? 0;
      const hessian = this.hessians[i] ?? 0;
      if (hessian < least || node.hessian - hessian < least) continue;
      const gain = gainOf(gradient, hessian, bounds);
      if (!isClearlyBetter(gain, best.gain)) continue;
      this.bins[0] = this.bins[i] ?? 0;
      take(best, { gain, count: 1, fromEnd: false, gradient, hessian });
    }
  }

  private trySorted(sums: FeatureSums, bounds: Bounds, best: BestSet): void {
    this.collect(sums, Math.max(EMPTY * bounds.node.hessian, bounds.thin));
    this.sort(bounds.rule.smooth);
    this.tryFrom(0, 1, { bounds, best });
    this.tryFrom(this.count - 1, -1, { bounds, best });
  }

  /** Insertion: there are few, and equal ones keep their order. */
  private sort(smooth: number): void {
    const { bins, gradients, hessians, ratios } = this;
    for (let i = 0; i < this.count; i += 1) {
      const bin = bins[i] ?? 0;
      const gradient = gradients[i] ?? 0;
      const hessian = hessians[i] ?? 0;
      const ratio = gradient / (hessian + smooth);
      let to = i;
      for (; to > 0 && (ratios[to - 1] ?? 0) > ratio; to -= 1) this.move(to - 1, to);
      bins[to] = bin;
      gradients[to] = gradient;
      hessians[to] = hessian;
      ratios[to] = ratio;
    }
  }

  private move(from: number, to: number): void {
    this.bins[to] = this.bins[from] ?? 0;
    this.gradients[to] = this.gradients[from] ?? 0;
    this.hessians[to] = this.hessians[from] ?? 0;
    this.ratios[to] = this.ratios[from] ?? 0;
  }

  private tryFrom(
    begin: number,
    step: 1 | -1,
    { bounds, best }: { readonly bounds: Bounds; readonly best: BestSet },
  ): void {
    const { node, least, group, rule } = bounds;
    const most = Math.min(rule.most, (this.count + 1) >>> 1);
    let [gradient, hessian, added] = [0, 0, 0];
    for (let i = 0, at = begin; i < most; i += 1, at += step) {
      const own = this.hessians[at] ?? 0;
      gradient += this.gradients[at] ?? 0;
      hessian += own;
      added += own;
      if (node.hessian - hessian < Math.max(least, group)) break;
      if (hessian < least || added < group) continue;
      added = 0;
      const gain = gainOf(gradient, hessian, bounds);
      if (!isClearlyBetter(gain, best.gain)) continue;
      take(best, { gain, count: i + 1, fromEnd: step < 0, gradient, hessian });
    }
  }
}

/** Below this share of the node's hessian a bin holds rounding, not rows. */
const EMPTY = 1e-12;

function boundsOf(node: NodeSums, rule: SplitRule, l2: number): Bounds {
  const perWeight = node.hessian / node.weight;
  const { smooth, minGroup } = rule.categories;
  return {
    node,
    l2,
    least: leastHessian(node, rule),
    thin: smooth * perWeight,
    group: minGroup * perWeight,
    rule: rule.categories,
  };
}

function take(best: BestSet, { gain, count, fromEnd, gradient, hessian }: BestSet): void {
  best.gain = gain;
  best.count = count;
  best.fromEnd = fromEnd;
  best.gradient = gradient;
  best.hessian = hessian;
}

function gainOf(gradient: number, hessian: number, { node, l2 }: Bounds): number {
  return (
    leafGain(gradient, hessian, l2) + leafGain(node.gradient - gradient, node.hessian - hessian, l2)
  );
}
