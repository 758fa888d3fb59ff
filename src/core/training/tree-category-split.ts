import { isClearlyBetter, leafGain, leastHessian } from './tree-split.js';
import type { FeatureSums, NodeSums, Split, SplitRule } from './tree-split.js';

interface BinSums {
  readonly bin: number;
  readonly gradient: number;
  readonly hessian: number;
}

interface BestSet {
  readonly gain: number;
  readonly count: number;
  readonly ordered: readonly BinSums[];
  readonly gradient: number;
  readonly hessian: number;
}

/**
 * The best set of categories to go left; null where none helps. Few categories are tried one by one;
 * many are sorted by gradient / (hessian + smooth) and tried from either end, as LightGBM does
 * (Fisher 1958: the best partition is contiguous in that order).
 */
export function bestCategorySplit(
  sums: FeatureSums,
  node: NodeSums,
  rule: SplitRule,
): Split | null {
  const present = presentBins(sums, node);
  if (present.length < 2) return null;
  const { categories } = rule;
  const single = present.length <= categories.mostSingle;
  const l2 = single ? rule.l2 : rule.l2 + categories.l2;
  const bounds = { node, l2, least: leastHessian(node, rule) };
  const best = single
    ? bestSingle(present, bounds)
    : bestOfSorted(present, { ...bounds, ...groupBounds(node, rule) });
  const none = leafGain(node.gradient, node.hessian, l2);
  if (best === null || !isClearlyBetter(best.gain, none)) return null;
  const { gradient, hessian, ordered, count } = best;
  return {
    feature: sums.feature,
    gain: best.gain - none,
    left: { gradient, hessian },
    l2,
    where: { kind: 'categorical', bins: ordered.slice(0, count).map(({ bin }) => bin) },
  };
}

function presentBins({ histogram, from, bins }: FeatureSums, node: NodeSums): BinSums[] {
  const present: BinSums[] = [];
  for (let bin = 0; bin < bins; bin += 1) {
    const at = 2 * (from + bin);
    const hessian = histogram[at + 1] ?? 0;
    if (hessian <= 1e-12 * node.hessian) continue;
    present.push({ bin, gradient: histogram[at] ?? 0, hessian });
  }
  return present;
}

interface Bounds {
  readonly node: NodeSums;
  readonly l2: number;
  /** Least hessian of a child. */
  readonly least: number;
}

function gainOf(gradient: number, hessian: number, { node, l2 }: Bounds): number {
  return (
    leafGain(gradient, hessian, l2) + leafGain(node.gradient - gradient, node.hessian - hessian, l2)
  );
}

function bestSingle(present: readonly BinSums[], bounds: Bounds): BestSet | null {
  let best: BestSet | null = null;
  for (const one of present) {
    const { gradient, hessian } = one;
    if (hessian < bounds.least || bounds.node.hessian - hessian < bounds.least) continue;
    const gain = gainOf(gradient, hessian, bounds);
    if (best !== null && !isClearlyBetter(gain, best.gain)) continue;
    best = { gain, count: 1, ordered: [one], gradient, hessian };
  }
  return best;
}

interface GroupBounds extends Bounds {
  readonly smooth: number;
  readonly most: number;
  /** Hessian below which a category is too thin to be sorted. */
  readonly thin: number;
  /** Hessian that must be added before another set is tried. */
  readonly group: number;
}

function groupBounds(
  node: NodeSums,
  { categories }: SplitRule,
): Pick<GroupBounds, 'smooth' | 'most' | 'thin' | 'group'> {
  const perWeight = node.hessian / node.weight;
  const { smooth, most, minGroup } = categories;
  return { smooth, most, thin: smooth * perWeight, group: minGroup * perWeight };
}

function bestOfSorted(present: readonly BinSums[], bounds: GroupBounds): BestSet | null {
  const ordered = present
    .filter(({ hessian }) => hessian >= bounds.thin)
    .map((one) => ({ ...one, ratio: one.gradient / (one.hessian + bounds.smooth) }))
    .sort((a, b) => a.ratio - b.ratio || a.bin - b.bin);
  const up = bestPrefix(ordered, bounds);
  const down = bestPrefix(ordered.toReversed(), bounds);
  if (up === null || down === null) return up ?? down;
  return isClearlyBetter(down.gain, up.gain) ? down : up;
}

function bestPrefix(ordered: readonly BinSums[], bounds: GroupBounds): BestSet | null {
  const most = Math.min(bounds.most, (ordered.length + 1) >>> 1);
  const leastRight = Math.max(bounds.least, bounds.group);
  let best: BestSet | null = null;
  let [gradient, hessian, added] = [0, 0, 0];
  for (const [i, one] of ordered.slice(0, most).entries()) {
    gradient += one.gradient;
    hessian += one.hessian;
    added += one.hessian;
    if (bounds.node.hessian - hessian < leastRight) break;
    if (hessian < bounds.least || added < bounds.group) continue;
    added = 0;
    const gain = gainOf(gradient, hessian, bounds);
    if (best !== null && !isClearlyBetter(gain, best.gain)) continue;
    best = { gain, count: i + 1, ordered, gradient, hessian };
  }
  return best;
}
