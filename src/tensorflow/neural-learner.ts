import type { FitResult, Learner, TrainingSet } from '../core/training/classifier.js';
import { NEURAL, NeuralClassifier, loadNeural } from '../core/training/neural-classifier.js';
import { NeuralEncoder } from '../core/training/neural-encoder.js';
import { NeuralForward } from '../core/training/neural-forward.js';
import type { NeuralShape } from '../core/training/neural-shape.js';
import { stratifiedSplit, timeSplit } from '../core/training/splits.js';
import type { Split } from '../core/training/splits.js';
import { tensorBackend } from './backend.js';
import { withBase } from './base-point.js';
import { makeProbe } from './neural-probe.js';
import { NEURAL_RECIPE } from './neural-recipe.js';
import type { NeuralRecipe } from './neural-recipe.js';
import { trainNeural } from './neural-training.js';
import type { NeuralRows } from './neural-rows.js';

const MIN_ROWS = 200;

/** Of the rarer class, for `auto` to try it: with fewer the early stopping is told by chance. */
const FEWEST = 200;

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

const EXPLAINED = 200;

/** How far the path integral of a row is off, in log-odds: 95th percentile over some of the rows. */
function completenessError({ shape, codes, split }: NeuralRows, weights: Float64Array): number {
  const forward = new NeuralForward(shape, weights);
  const every = Math.ceil(split.train.length / EXPLAINED);
  const errors = split.train
    .filter((_, i) => i % every === 0)
    .map((row) => row * forward.slotsPerRow);
  const sizes = Array.from(errors, (from) => {
    const row = codes.subarray(from, from + forward.slotsPerRow);
    return Math.abs(forward.contributions(row).completenessErrors[0] ?? 0);
  });
  return sizes.sort((a, b) => a - b)[Math.floor(0.95 * sizes.length)] ?? 0;
}

/**
 * The neural rung: a TabM-mini ensemble on piecewise-linear numbers, taught by TensorFlow.js with
 * early stopping on later rows (random ones where rows have no time).
 */
export function neuralLearner(recipe: NeuralRecipe = NEURAL_RECIPE): Learner {
  return {
    name: NEURAL,
    fewest: FEWEST,
    async fit(set, random, options = {}): Promise<FitResult> {
      const { table, labels, weights } = set;
      const split = validationSplit(set, recipe.validation, random);
      const reason = shortage(set, split);
      if (reason !== null) return { kind: 'insufficient-data', reason };
      const encoder = NeuralEncoder.fit(table, weights, recipe.bins);
      const { members, width } = recipe;
      const shape: NeuralShape = { inputs: encoder.inputs, members, width };
      const rows = { shape, codes: encoder.encode(table), labels, weights, split };
      const { tf, name } = await tensorBackend();
      const trained = await trainNeural(tf, rows, { recipe, random, ...options });
      const probe = makeProbe(tf, shape, trained.weights, random);
      const all = withBase(rows, trained.weights);
      const { steps, bestStep, validationLogLoss, isShortened } = trained;
      const training = {
        ...{ backend: name, steps, bestStep, validationLogLoss },
        completenessError: completenessError(rows, all),
      };
      const parameters = { encoder: encoder.parameters, members, width, probe, training };
      const classifier = new NeuralClassifier(parameters, all);
      return { kind: 'fitted', classifier, cut: isShortened ? 'shortened' : undefined };
    },
    load: loadNeural,
  };
}
