import { NodeRule } from './tree-ensemble.js';
import type { TreeEnsemble } from './tree-ensemble.js';

/**
 * The child that a row goes to: `values[from + feature]` is a number or a category's bin, NaN where
 * it is not known.
 */
export function childOf(
  trees: TreeEnsemble,
  node: number,
  values: Float64Array,
  from: number,
): number {
  const value = values[from + (trees.feature[node] ?? 0)] ?? Number.NaN;
  const figure = trees.figure[node] ?? 0;
  const rule = trees.rule[node] ?? 0;
  const left = trees.left[node] ?? 0;
  // What is not known (NaN) compares as neither.
  if (rule < NodeRule.categorical) {
    if (value <= figure) return left;
    return value > figure ? left + 1 : left + rule;
  }
  return value >= 0 ? left + sideInSet(trees.sets, figure | 0, value | 0) : left + (rule & 1);
}

function sideInSet(sets: Uint32Array, begin: number, bin: number): number {
  return 1 - (((sets[begin + (bin >> 5)] ?? 0) >>> (bin & 31)) & 1);
}
