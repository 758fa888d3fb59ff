import { DomainError } from '../errors/domain-error.js';
import type { FeatureBins } from './boosting-bins.js';
import type { GrownNode, GrownNodes } from './tree-growth.js';

/** Words of a category set: 256 bins, 32 a word. */
export const SET_WORDS = 8;

/** Figures of one node among the exported weights. */
const FIGURES = 5;

/**
 * Trees as flat arrays, node by node; a split's children are at `left` and the next place, both
 * after it.
 */
export interface TreeEnsemble {
  /** Where each tree begins. */
  readonly roots: Int32Array;
  /** What a node splits on, -1 for a leaf. */
  readonly feature: Int32Array;
  /** A leaf's value, a numeric split's cut (left is at most that), or where a category set begins. */
  readonly figure: Float64Array;
  readonly left: Int32Array;
  /** See `NodeRule`. */
  readonly rule: Uint8Array;
  /** Weight of the training rows that passed. */
  readonly cover: Float64Array;
  /** Category sets, eight words each: a bit for every bin that goes left. */
  readonly sets: Uint32Array;
}

/** Bits of a node's rule. */
export const NodeRule = { missingRight: 1, categorical: 2 } as const;

/** How many trees, nodes and category sets the weights hold. */
export interface EnsembleShape {
  readonly trees: number;
  readonly nodes: number;
  readonly sets: number;
}

/** Puts grown trees end to end, their cuts as values of the features. */
export function packTrees(
  trees: readonly GrownNodes[],
  bins: readonly FeatureBins[],
): { readonly shape: EnsembleShape; readonly weights: Float64Array } {
  const sets: number[] = [];
  const figures: number[] = [];
  const roots: number[] = [];
  for (const { nodes } of trees) {
    const root = figures.length / FIGURES;
    roots.push(root);
    for (const node of nodes) figures.push(...nodeFigures(node, { root, bins, sets }));
  }
  const shape = {
    trees: roots.length,
    nodes: figures.length / FIGURES,
    sets: sets.length / SET_WORDS,
  };
  return { shape, weights: Float64Array.from([...roots, ...figures, ...sets]) };
}

function nodeFigures(
  { split, value, cover, left, missingLeft }: GrownNode,
  at: { readonly root: number; readonly bins: readonly FeatureBins[]; readonly sets: number[] },
): number[] {
  if (split === null) return [-1, value, -1, 0, cover];
  const missing = missingLeft ? 0 : NodeRule.missingRight;
  const children = at.root + left;
  const { feature, where } = split;
  if (where.kind === 'numeric') {
    const own = at.bins[feature];
    const edges = own?.kind === 'numeric' ? own.edges : new Float64Array();
    // Beyond the last edge every known number goes left and what is missing goes right.
    return [feature, edges[where.bin] ?? Number.POSITIVE_INFINITY, children, missing, cover];
  }
  const begin = at.sets.length;
  at.sets.push(...setWords(where.bins));
  return [feature, begin, children, missing + NodeRule.categorical, cover];
}

function setWords(bins: readonly number[]): Uint32Array {
  const words = new Uint32Array(SET_WORDS);
  for (const bin of bins) words[bin >>> 5] = (words[bin >>> 5] ?? 0) | (1 << (bin & 31));
  return words;
}

/** Reads trees back from weights; refuses those that do not hold together (`bad-artefact`). */
export function unpackTrees(
  { trees, nodes, sets }: EnsembleShape,
  weights: Float64Array,
  features: number,
): TreeEnsemble {
  if (weights.length !== trees + nodes * FIGURES + sets * SET_WORDS) refuse();
  const figure = (which: number): Float64Array =>
    Float64Array.from({ length: nodes }, (_, n) => weights[trees + n * FIGURES + which] ?? -1);
  const ensemble: TreeEnsemble = {
    roots: Int32Array.from(weights.subarray(0, trees)),
    feature: Int32Array.from(figure(0)),
    figure: figure(1),
    left: Int32Array.from(figure(2)),
    rule: Uint8Array.from(figure(3)),
    cover: figure(4),
    sets: Uint32Array.from(weights.subarray(trees + nodes * FIGURES)),
  };
  ensemble.roots.forEach((root) => {
    if (root < 0 || root >= nodes) refuse();
  });
  ensemble.feature.forEach((feature, node) => {
    if (feature >= features || (feature >= 0 && !hasChildren(ensemble, node))) refuse();
  });
  return ensemble;
}

/** Children come after their parent, so that every walk ends. */
function hasChildren({ left, rule, figure, sets, feature }: TreeEnsemble, node: number): boolean {
  const first = left[node] ?? -1;
  if (first <= node || first + 1 >= feature.length) return false;
  if (((rule[node] ?? 0) & NodeRule.categorical) === 0) return true;
  const begin = figure[node] ?? -1;
  return Number.isInteger(begin) && begin >= 0 && begin + SET_WORDS <= sets.length;
}

function refuse(): never {
  throw new DomainError('bad-artefact', 'These weights are not those of a boosting model.');
}
