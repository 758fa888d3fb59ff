import { DomainError } from '../core/errors/domain-error.js';
import type { FeatureTable } from '../core/features/feature-schema.js';
import type { Classifier, ClassifierArtefact, FitResult } from '../core/training/classifier.js';
import type { Learner, TrainingSet } from '../core/training/classifier.js';
import { NeuralForward } from '../core/training/neural-forward.js';
import type { NeuralContributions } from '../core/training/neural-forward.js';
import type { NeuralShape } from '../core/training/neural-shape.js';
import { stratifiedSplit, timeSplit } from '../core/training/splits.js';
import type { Split } from '../core/training/splits.js';
import { tensorBackend } from './backend.js';
import { withBase } from './base-point.js';
import { parseNeuralParameters } from './neural-parameters.js';
import type { NeuralParameters } from './neural-parameters.js';
import { NeuralEncoder } from './neural-encoder.js';
import { checkProbe, makeProbe } from './neural-probe.js';
import { NEURAL_RECIPE } from './neural-recipe.js';
import type { NeuralRecipe } from './neural-recipe.js';
import { trainNeural } from './neural-training.js';

const NAME = 'neural';
const MIN_ROWS = 200;

/** Of the rarer class, for `auto` to try it: with fewer the early stopping is told by chance. */
const FEWEST = 200;

/** A fitted neural ensemble that answers from its exported weights alone, without TensorFlow. */
export class NeuralClassifier implements Classifier {
  readonly learner = NAME;
  private readonly encoder: NeuralEncoder;
  private readonly forward: NeuralForward;

  /** Refuses weights that do not give the answers TensorFlow gave when they were made. */
  constructor(
    private readonly parameters: NeuralParameters,
    private readonly weights: Float64Array,
  ) {
    this.encoder = new NeuralEncoder(parameters.encoder);
    const { members, width } = parameters;
    this.forward = new NeuralForward({ inputs: this.encoder.inputs, members, width }, weights);
    checkProbe(this.forward, parameters.probe);
  }

  predict(table: FeatureTable): Float64Array {
    return this.forward.probabilities(this.encoder.encode(table));
  }

  contributions(table: FeatureTable): Float64Array {
    return this.explain(table).values;
  }

  /** Contributions together with how far each row's path integral was from complete. */
  explain(table: FeatureTable): NeuralContributions {
    return this.forward.contributions(this.encoder.encode(table));
  }

  save(): ClassifierArtefact {
    return { learner: NAME, parameters: this.parameters, weights: this.weights.slice() };
  }
}

/** Why the rows cannot teach the ensemble, or null where they can. */
function shortage({ labels, weights }: TrainingSet, split: Split): string | null {
  const rows = Math.floor(weights.reduce((sum, weight) => sum + weight, 0));
  if (rows < MIN_ROWS) return `${rows} rows by weight; the neural ensemble needs ${MIN_ROWS}`;
  const used = labels.filter((_, row) => (weights[row] ?? 0) > 0);
  if (new Set(used).size < 2) return 'all rows have the same label';
  const teaches = new Set(Array.from(split.train, (row) => labels[row]));
  if (teaches.size < 2) return 'all rows left for training have the same label';
  return split.test.length > 0 ? null : 'no rows are left for validation';
}

function validationSplit(set: TrainingSet, share: number, random: () => number): Split {
  const { times, labels, groups } = set;
  const split =
    times === undefined
      ? stratifiedSplit({ labels, groups }, share, random)
      : timeSplit({ times, groups }, share);
  const counts = (row: number): boolean => (set.weights[row] ?? 0) > 0;
  return { train: split.train.filter(counts), test: split.test.filter(counts) };
}

/**
 * The neural rung: a TabM-mini ensemble on piecewise-linear numbers, taught by TensorFlow.js with
 * early stopping on later rows (random ones where rows have no time).
 */
export function neuralLearner(recipe: NeuralRecipe = NEURAL_RECIPE): Learner {
  return {
    name: NAME,
    fewest: FEWEST,
    async fit(set, random): Promise<FitResult> {
      const { table, labels, weights } = set;
      const split = validationSplit(set, recipe.validation, random);
      const reason = shortage(set, split);
      if (reason !== null) return { kind: 'insufficient-data', reason };
      const encoder = NeuralEncoder.fit(table, weights, recipe.bins);
      const { members, width } = recipe;
      const shape: NeuralShape = { inputs: encoder.inputs, members, width };
      const codes = encoder.encode(table);
      const { tf, name } = await tensorBackend();
      const rows = { shape, codes, labels, weights, split };
      const trained = await trainNeural(tf, rows, recipe, random);
      const { epochs, bestEpoch, validationLogLoss } = trained;
      const parameters: NeuralParameters = {
        encoder: encoder.parameters,
        members,
        width,
        probe: makeProbe(tf, shape, trained.weights, random),
        training: { backend: name, epochs, bestEpoch, validationLogLoss },
      };
      const classifier = new NeuralClassifier(parameters, withBase(rows, trained.weights));
      return { kind: 'fitted', classifier };
    },
    load({ learner, parameters, weights }) {
      if (learner !== NAME) {
        throw new DomainError('bad-artefact', `"${learner}" is not the neural learner's`);
      }
      return new NeuralClassifier(parseNeuralParameters(parameters), weights);
    },
  };
}
