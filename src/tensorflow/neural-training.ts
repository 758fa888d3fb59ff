import { setImmediate } from 'node:timers/promises';
import type { Split } from '../core/training/splits.js';
import { LEARNED_BLOCKS, inputSlots, neuralBlocks } from '../core/training/neural-shape.js';
import type { LearnedBlock, NeuralShape } from '../core/training/neural-shape.js';
import { AdamW } from './adamw.js';
import type { TensorFlow } from './backend.js';
import { DenseInputs } from './dense-inputs.js';
import { NeuralGraph } from './neural-graph.js';
import type { NeuralRecipe } from './neural-recipe.js';
import { refinement } from './refinement.js';
import type { Refinement } from './refinement.js';

/** Encoded rows with labels and weights, and which of them teach and which judge. */
export interface NeuralRows {
  readonly shape: NeuralShape;
  readonly codes: Float32Array;
  readonly labels: Uint8Array;
  readonly weights: Float64Array;
  readonly split: Split;
}

/** Weights at the pass with the least validation log loss. */
export interface NeuralTraining {
  /** All blocks but the base. */
  readonly weights: Float32Array;
  readonly epochs: number;
  readonly bestEpoch: number;
  readonly validationLogLoss: number;
}

const CHUNK = 1024;

/** Teaches the ensemble; all chance comes from `random`, so that the same rows give the same bytes. */
export async function trainNeural(
  tf: TensorFlow,
  rows: NeuralRows,
  recipe: NeuralRecipe,
  random: () => number,
): Promise<NeuralTraining> {
  const run = new TrainingRun(tf, rows, recipe, random);
  let best = { weights: run.weights.slice(), bestEpoch: 0, ...run.validate() };
  let epochs = 0;
  while (epochs < run.epochs && epochs - best.bestEpoch < recipe.patience) {
    run.pass(epochs);
    epochs += 1;
    const judged = run.validate();
    if (judged.logLoss < best.logLoss) {
      best = { weights: run.weights.slice(), bestEpoch: epochs, ...judged };
    }
    // Lets the process answer and renew its locks between two passes.
    await setImmediate();
  }
  const { weights, bestEpoch, logLoss, sharpness } = best;
  sharpen(rows.shape, weights, sharpness);
  return { weights, bestEpoch, epochs, validationLogLoss: logLoss };
}

/** Calibrates by temperature: every member's head times the factor. */
function sharpen(shape: NeuralShape, weights: Float32Array, factor: number): void {
  const { heads, headBias } = neuralBlocks(shape);
  const end = weights.length;
  for (let at = end - heads - headBias; at < end; at += 1) {
    weights[at] = factor * (weights[at] ?? 0);
  }
}

class TrainingRun {
  readonly weights: Float32Array;
  readonly epochs: number;
  private readonly graph: NeuralGraph;
  private readonly dense: DenseInputs;
  private readonly optimizer: AdamW;
  private readonly gradient: Float32Array;
  private readonly batch: number;
  private readonly order: Uint32Array;
  private readonly unit: number;

  constructor(
    tf: TensorFlow,
    private readonly rows: NeuralRows,
    private readonly recipe: NeuralRecipe,
    private readonly random: () => number,
  ) {
    const { shape, split, weights } = rows;
    this.graph = new NeuralGraph(tf, shape);
    this.dense = new DenseInputs(shape.inputs);
    this.weights = initialWeights(shape, random);
    this.gradient = new Float32Array(this.weights.length);
    this.optimizer = new AdamW(
      { decay: recipe.decay, beta1: 0.9, beta2: 0.99 },
      decayedWeights(shape, this.weights.length),
    );
    this.order = split.train.slice();
    this.batch = 2 ** Math.min(9, Math.max(5, Math.round(Math.log2(this.order.length / 100))));
    const perEpoch = Math.ceil(this.order.length / this.batch);
    const wanted = Math.ceil(recipe.steps / perEpoch);
    this.epochs = Math.min(recipe.maxEpochs, Math.max(recipe.minEpochs, wanted));
    const total = this.order.reduce((sum, row) => sum + (weights[row] ?? 0), 0);
    this.unit = total / this.order.length;
  }

  /** One pass over the training rows in a new order. */
  pass(epoch: number): void {
    const { order, batch, rows, dense, random } = this;
    shuffle(order, random);
    const codes = hideCategories(rows, this.recipe.hiding, random);
    for (let from = 0; from < order.length; from += batch) {
      const chosen = order.subarray(from, from + batch);
      const loss = this.graph.gradient(
        this.weights,
        {
          rows: chosen.length,
          inputs: dense.matrix(codes, chosen),
          labels: Float32Array.from(chosen, (row) => rows.labels[row] ?? 0),
          weights: Float32Array.from(chosen, (row) => (rows.weights[row] ?? 0) / this.unit),
        },
        this.gradient,
      );
      if (!Number.isFinite(loss)) throw new Error(`the loss is ${loss} in pass ${epoch + 1}`);
      const progress = (epoch + from / order.length) / this.epochs;
      this.optimizer.step(this.weights, this.gradient, this.recipe.rate * schedule(progress));
    }
  }

  /** How well the ensemble tells the validation rows apart, and the temperature it needs. */
  validate(): Refinement {
    const { rows, dense, graph } = this;
    const { members } = rows.shape;
    const { test } = rows.split;
    const logits = new Float32Array(test.length * members);
    for (let from = 0; from < test.length; from += CHUNK) {
      const chosen = test.subarray(from, from + CHUNK);
      const inputs = dense.matrix(rows.codes, chosen);
      logits.set(graph.logits(this.weights, chosen.length, inputs), from * members);
    }
    const labels = Uint8Array.from(test, (row) => rows.labels[row] ?? 0);
    const weights = Float64Array.from(test, (row) => rows.weights[row] ?? 0);
    return refinement({ logits, members, labels, weights });
  }
}

/** A short warm-up, then a cosine to nothing; `progress` runs from 0 to 1. */
function schedule(progress: number): number {
  return Math.min(1, 0.1 + progress * 18) * 0.5 * (1 + Math.cos(Math.PI * progress));
}

function shuffle(order: Uint32Array, random: () => number): void {
  for (let i = order.length - 1; i > 0; i -= 1) {
    const j = Math.floor(random() * (i + 1));
    const moved = order[i] ?? 0;
    order[i] = order[j] ?? 0;
    order[j] = moved;
  }
}

/** A copy of the codes in which a share of the categories is one that fits no known level. */
function hideCategories(
  { shape, codes }: NeuralRows,
  share: number,
  random: () => number,
): Float32Array {
  const hidden = codes.slice();
  const stride = shape.inputs.reduce((sum, input) => sum + inputSlots(input), 0);
  let slot = 0;
  for (const input of shape.inputs) {
    if (input.kind === 'categorical') {
      for (let at = slot; at < hidden.length; at += stride) {
        if (random() < share) hidden[at] = input.levels - 1;
      }
    }
    slot += inputSlots(input);
  }
  return hidden;
}

const DECAYED: ReadonlySet<LearnedBlock> = new Set<LearnedBlock>(['input', 'hidden', 'heads']);

function decayedWeights(shape: NeuralShape, length: number): Uint8Array {
  const decayed = new Uint8Array(length);
  let at = 0;
  const sizes = neuralBlocks(shape);
  for (const block of LEARNED_BLOCKS) {
    decayed.fill(DECAYED.has(block) ? 1 : 0, at, (at += sizes[block]));
  }
  return decayed;
}

/** Uniform within 1 / sqrt(fan-in); scales are normal, so that members look at inputs differently. */
function initialWeights(shape: NeuralShape, random: () => number): Float32Array {
  const sizes = neuralBlocks(shape);
  const spread: Partial<Record<LearnedBlock, number>> = {
    input: 1 / Math.sqrt(sizes.base),
    inputBias: 1 / Math.sqrt(sizes.base),
    hidden: 1 / Math.sqrt(shape.width),
    hiddenBias: 1 / Math.sqrt(shape.width),
    heads: 1 / Math.sqrt(shape.width),
    headBias: 1 / Math.sqrt(shape.width),
  };
  const weights: number[] = [];
  for (const block of LEARNED_BLOCKS) {
    const limit = spread[block];
    for (let i = 0; i < sizes[block]; i += 1) {
      weights.push(limit === undefined ? normal(random) : limit * (2 * random() - 1));
    }
  }
  return Float32Array.from(weights);
}

function normal(random: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}
