import type { BinnedTable } from './binned-table.js';
import type { BoostingLoss, BoostingTargets } from './boosting-loss.js';
import { SIDES } from './row-partition.js';
import { RowWeights } from './row-weights.js';
import { TreeGrower } from './tree-growth.js';
import type { GrownNodes, GrownTree, TreeRecipe } from './tree-growth.js';
import type { CategoryWay } from './tree-split.js';

/** How trees are boosted. */
export interface BoostingRecipe extends TreeRecipe {
  /** Share of the features that a tree may split on, drawn anew for each. */
  readonly featureShare: number;
}

/** What is boosted on: a binned table and the targets of its rows. */
export interface BoostingRows extends BoostingTargets {
  readonly binned: BinnedTable;
}

/** Which rows teach, and which are only scored. */
export interface BoostingSides {
  readonly train: Int32Array;
  readonly test: Int32Array;
}

/** Gradient boosting, one tree a step (Friedman 2001; second order as XGBoost). */
export class BoostingRun {
  readonly start: number;
  readonly trees: GrownNodes[] = [];
  private readonly grower: TreeGrower;
  /** By row, as the trees so far have it. */
  readonly scores: Float64Array;
  private readonly derivatives: Float32Array;
  private readonly weights: RowWeights;
  private readonly order: Int32Array;

  constructor(
    private readonly rows: BoostingRows,
    readonly sides: BoostingSides,
    private readonly how: {
      readonly recipe: BoostingRecipe;
      readonly loss: BoostingLoss;
      readonly random: () => number;
    },
  ) {
    const { binned } = rows;
    this.grower = new TreeGrower(binned, how.recipe);
    this.start = how.loss.start(rows, sides.train);
    this.scores = new Float64Array(binned.rows).fill(this.start);
    this.derivatives = new Float32Array(2 * binned.rows);
    this.weights = new RowWeights(rows.weights);
    this.order = new Int32Array(sides.train.length);
  }

  /**
   * Adds a tree, unless no split of the features drawn for it helps; false once none of any would.
   *
   * @param stretch what its learning rate is multiplied by
   */
  step(stretch = 1): boolean {
    const { rows, sides, how, scores, derivatives, order, weights } = this;
    how.loss.derive(rows, sides.train, { scores, derivatives });
    order.set(sides.train);
    const features = drawFeatures(rows.binned.columns.length, how.recipe.featureShare, how.random);
    const task = { order, derivatives, weights, features, stretch };
    let tree = this.grower.grow({ ...task, categories: wayOf(this.trees.length) });
    // Categories may be too thin to be taken one at a time.
    if (tree.nodes.length === 1) tree = this.grower.grow({ ...task, categories: 'sets' });
    if (tree.nodes.length === 1) return features.length < rows.binned.columns.length;
    for (const { begin, end, value } of tree.leaves) {
      for (let i = begin; i < end; i += 1) {
        const row = order[i] ?? 0;
        scores[row] = (scores[row] ?? 0) + value;
      }
    }
    addToBinned(tree, rows.binned, sides.test, scores);
    this.trees.push({ nodes: tree.nodes });
    return true;
  }

  /** Weighted sum of the losses of the rows that do not teach. */
  testLoss(): number {
    const { rows, sides, how, scores } = this;
    let sum = 0;
    for (const row of sides.test) {
      sum += (rows.weights[row] ?? 0) * how.loss.of(rows.targets[row] ?? 0, scores[row] ?? 0);
    }
    return sum;
  }
}

/** Every so many trees one parts categories by sets, the others take them one at a time. */
const SETS_EVERY = 3;

const wayOf = (tree: number): CategoryWay =>
  tree % SETS_EVERY === SETS_EVERY - 1 ? 'sets' : 'singles';

/** With one alone no tree could say what two say together. */
const FEWEST_DRAWN = 2;

function drawFeatures(count: number, share: number, random: () => number): Int32Array {
  const all = Int32Array.from({ length: count }, (_, feature) => feature);
  const wanted = Math.max(FEWEST_DRAWN, Math.round(share * count));
  if (wanted >= count) return all;
  for (let i = 0; i < wanted; i += 1) {
    const j = i + Math.floor(random() * (count - i));
    const drawn = all[j] ?? 0;
    all[j] = all[i] ?? 0;
    all[i] = drawn;
  }
  return all.slice(0, wanted).sort();
}

/** Adds a tree's values to the scores of rows that were not among those that it grew on. */
function addToBinned(
  { nodes, goesLeft }: GrownTree,
  { columns }: BinnedTable,
  rows: Int32Array,
  scores: Float64Array,
): void {
  const feature = Int32Array.from(nodes, ({ split }) => split?.feature ?? -1);
  const left = Int32Array.from(nodes, (node) => node.left);
  const value = Float64Array.from(nodes, (node) => node.value);
  const binAt = (row: number, of: number): number => columns[of]?.[row] ?? 0;
  for (const row of rows) {
    let node = 0;
    let own = feature[0] ?? -1;
    while (own >= 0) {
      const isLeft = goesLeft[SIDES * node + binAt(row, own)] ?? 0;
      node = (left[node] ?? 0) + 1 - isLeft;
      own = feature[node] ?? -1;
    }
    scores[row] = (scores[row] ?? 0) + (value[node] ?? 0);
  }
}
