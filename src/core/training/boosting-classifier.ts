import { DomainError } from '../errors/domain-error.js';
import type { FeatureTable } from '../features/feature-schema.js';
import { binCount } from './boosting-bins.js';
import type { Classifier, ClassifierArtefact } from './classifier.js';
import { sigmoid } from './linear-margin.js';
import { TreeContributions } from './tree-contributions.js';
import { unpackTrees } from './tree-ensemble.js';
import type { EnsembleShape, TreeEnsemble } from './tree-ensemble.js';
import { parseTreeFeatures, TreeInputs } from './tree-inputs.js';
import type { TreeFeature } from './tree-inputs.js';
import { TreeScorer } from './tree-scorer.js';

/** What a fitted boosting model is, besides its trees. */
export interface BoostingParameters {
  /** In the order in which trees number them. */
  readonly features: readonly TreeFeature[];
  readonly shape: EnsembleShape;
  /** Log-odds of the base rate, from which the trees move. */
  readonly baseLogOdds: number;
  /** Per feature, its share of all that splits gained. */
  readonly gainShares: readonly number[];
}

/** Rows laid out at a time: they and a tree fit into the cache. */
const BLOCK = 512;

/** A fitted ensemble of trees. */
export class BoostingClassifier implements Classifier {
  readonly learner = 'boosting';
  private readonly inputs: TreeInputs;
  private readonly trees: TreeEnsemble;
  private readonly scorer: TreeScorer;
  /** Made when reasons are first asked for. */
  private explanation: TreeContributions | undefined;

  constructor(
    private readonly parameters: BoostingParameters,
    private readonly weights: Float64Array,
  ) {
    this.inputs = new TreeInputs(parameters.features);
    this.trees = unpackTrees(parameters.shape, weights, this.inputs.width);
    const bins = parameters.features.map((one) => (one.kind === 'numeric' ? 0 : binCount(one)));
    this.scorer = new TreeScorer(this.trees, bins);
  }

  predict(table: FeatureTable): Float64Array {
    const { inputs, scorer, parameters } = this;
    inputs.check(table);
    const answers = new Float64Array(table.rows).fill(parameters.baseLogOdds);
    const rowsAtOnce = Math.min(BLOCK, table.rows);
    const values = new Float64Array(rowsAtOnce * inputs.width);
    for (let first = 0; first < table.rows; first += rowsAtOnce) {
      inputs.fill(table, first, values);
      scorer.add(values, answers, first);
    }
    for (let row = 0; row < answers.length; row += 1) answers[row] = sigmoid(answers[row] ?? 0);
    return answers;
  }

  /**
   * Shapley values of the trees, in the order of the table's own schema. They start from what the
   * trees say on average; its distance from the base rate (the mean of log-odds is not the log-odds
   * of the mean) is the same for every row and shared by what each feature's splits gained.
   */
  contributions(table: FeatureTable): Float64Array {
    const { inputs, parameters } = this;
    inputs.check(table);
    const { width } = inputs;
    const explain = (this.explanation ??= new TreeContributions(this.trees, width));
    const expected = explain.expectedValue;
    const places = inputs.placesIn(table);
    const contributions = new Float64Array(table.rows * width);
    const values = new Float64Array(width);
    const own = new Float64Array(width);
    for (let row = 0; row < table.rows; row += 1) {
      inputs.fill(table, row, values);
      for (let f = 0; f < width; f += 1) own[f] = expected * (parameters.gainShares[f] ?? 0);
      explain.add(values, 0, own);
      own.forEach((value, f) => {
        contributions[row * width + (places[f] ?? 0)] = value;
      });
    }
    return contributions;
  }

  save(): ClassifierArtefact {
    const { parameters, weights } = this;
    return { learner: this.learner, parameters, weights: Float64Array.from(weights) };
  }
}

/** Reads the parameters back from JSON; refuses what is not such (`bad-artefact`). */
export function parseBoostingParameters(value: unknown): BoostingParameters {
  const has = recordOf(value);
  const features = parseTreeFeatures(has['features']);
  const { baseLogOdds, gainShares } = has;
  if (typeof baseLogOdds !== 'number' || !isNumbers(gainShares)) refuse();
  return { features, shape: parseShape(has['shape']), baseLogOdds, gainShares };
}

function parseShape(value: unknown): EnsembleShape {
  const { trees, nodes, sets } = recordOf(value);
  if (isCount(trees) && isCount(nodes) && isCount(sets)) return { trees, nodes, sets };
  refuse();
}

function recordOf(value: unknown): Partial<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? value : {};
}

function isNumbers(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((number) => typeof number === 'number');
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

function refuse(): never {
  throw new DomainError('bad-artefact', 'These are not the parameters of a boosting model.');
}
