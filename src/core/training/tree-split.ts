/** Sums over the rows of one node: first and second derivatives of the loss, and weights. */
export interface NodeSums {
  readonly gradient: number;
  readonly hessian: number;
  readonly weight: number;
}

/** When a node may be split, and how much its children are shrunk. */
export interface SplitRule {
  /** Least weight of rows in a leaf; inside a node weight is taken to go with the hessian. */
  readonly minWeight: number;
  readonly minHessian: number;
  /** Ridge penalty of a leaf's value. */
  readonly l2: number;
  readonly categories: CategoryRule;
}

/**
 * LightGBM's cat_smooth, cat_l2, max_cat_threshold, min_data_per_group, max_cat_to_onehot; the last one
 * also for trees that take categories one at a time.
 */
export interface CategoryRule {
  readonly smooth: number;
  readonly l2: number;
  readonly most: number;
  readonly minGroup: number;
  readonly mostSingle: Readonly<Record<CategoryWay, number>>;
}

/** Whether a tree parts the categories of a feature by sets, or takes one at a time from the others. */
export type CategoryWay = 'sets' | 'singles';

/** A way to part a node's rows by one feature. */
export interface Split {
  readonly feature: number;
  /** How much the loss falls, to second order. */
  readonly gain: number;
  readonly left: Pick<NodeSums, 'gradient' | 'hessian'>;
  /** What shrinks the children's values. */
  readonly l2: number;
  readonly where: NumericCut | CategorySet;
}

/** Left is what lies in bins up to `bin`, and what is missing if it says so or `null`: not known. */
export interface NumericCut {
  readonly kind: 'numeric';
  readonly bin: number;
  readonly missingLeft: boolean | null;
}

/** Left is what lies in these bins. */
export interface CategorySet {
  readonly kind: 'categorical';
  readonly bins: readonly number[];
}

/** The part of a histogram that one feature has: `bins` bins from number `from` on. */
export interface FeatureSums {
  readonly histogram: Float64Array;
  readonly feature: number;
  readonly from: number;
  readonly bins: number;
}

/** Equal on paper is not always equal in floating point: a later one must be better by this share. */
const CLEARLY = 1 + 1e-9;

/** Whether a gain is better beyond what rounding does, so that ties go to the first. */
export function isClearlyBetter(gain: number, best: number): boolean {
  return gain > best * CLEARLY;
}

/** Twice the fall of the loss that a leaf with these sums brings. */
export function leafGain(gradient: number, hessian: number, l2: number): number {
  return (gradient * gradient) / (hessian + l2);
}

interface BestCut {
  gain: number;
  bin: number;
  gradient: number;
  hessian: number;
  missingLeft: boolean | null;
}

/**
 * The best cut of a numeric feature, missing values tried on both sides; null where none gains more
 * than another feature's has gained.
 */
export function bestNumericSplit(
  sums: FeatureSums,
  node: NodeSums,
  { rule, gained }: { readonly rule: SplitRule; readonly gained: number },
): Split | null {
  const missingAt = 2 * (sums.from + sums.bins - 1);
  const missing = sums.histogram[missingAt + 1] ?? 0;
  const noMissing = missing <= EMPTY * node.hessian;
  const none = leafGain(node.gradient, node.hessian, rule.l2);
  const least = none + gained;
  const best: BestCut = { gain: least, bin: -1, gradient: 0, hessian: 0, missingLeft: null };
  scanCuts(sums, node, rule, { best, missingLeft: noMissing ? null : false });
  if (!noMissing) scanCuts(sums, node, rule, { best, missingLeft: true });
  if (best.bin < 0) return null;
  const { gain, bin, gradient, hessian, missingLeft } = best;
  return {
    feature: sums.feature,
    gain: gain - none,
    left: { gradient, hessian },
    l2: rule.l2,
    where: { kind: 'numeric', bin, missingLeft },
  };
}

/** Below this share of the node's hessian a bin holds rounding, not rows. */
const EMPTY = 1e-12;

/** Least hessian that a child must have: as the rule says, and by its weight. */
export function leastHessian(node: NodeSums, { minHessian, minWeight }: SplitRule): number {
  return Math.max(minHessian, (minWeight * node.hessian) / node.weight);
}

function scanCuts(
  { histogram, from, bins }: FeatureSums,
  node: NodeSums,
  rule: SplitRule,
  { best, missingLeft }: { readonly best: BestCut; readonly missingLeft: boolean | null },
): void {
  const { l2 } = rule;
  const least = leastHessian(node, rule);
  const most = node.hessian - least;
  const last = 2 * (from + bins - 1);
  let gradient = missingLeft === true ? at(histogram, last) : 0;
  let hessian = missingLeft === true ? at(histogram, last + 1) : 0;
  let wanted = best.gain * CLEARLY;
  let found = -1;
  let foundGradient = 0;
  let foundHessian = 0;
  for (let i = 2 * from; i < last; i += 2) {
    gradient += at(histogram, i);
    hessian += at(histogram, i + 1);
    if (hessian < least) continue;
    if (hessian > most) break;
    const left = hessian + l2;
    const right = node.hessian - hessian + l2;
    const other = node.gradient - gradient;
    // The gain as one fraction, so that nothing is divided where it is no better.
    const numerator = gradient * gradient * right + other * other * left;
    if (numerator <= wanted * left * right) continue;
    wanted = (numerator / (left * right)) * CLEARLY;
    found = i;
    foundGradient = gradient;
    foundHessian = hessian;
  }
  if (found < 0) return;
  best.gain = wanted / CLEARLY;
  best.bin = found / 2 - from;
  best.gradient = foundGradient;
  best.hessian = foundHessian;
  best.missingLeft = missingLeft;
}

function at(histogram: Float64Array, place: number): number {
  return histogram[place] ?? 0;
}
