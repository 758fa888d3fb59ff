import { setImmediate } from 'node:timers/promises';
import type { FitOptions } from '../core/training/classifier.js';
import { neuralBlocks } from '../core/training/neural-shape.js';
import type { NeuralShape } from '../core/training/neural-shape.js';
import { AdamW } from './adamw.js';
import type { TensorFlow } from './backend.js';
import { DenseInputs } from './dense-inputs.js';
import { decayedWeights, initialWeights } from './initial-weights.js';
import { NeuralGraph } from './neural-graph.js';
import type { NeuralRows } from './neural-rows.js';
import type { NeuralRecipe } from './neural-recipe.js';
import { refinement } from './refinement.js';
import type { Refinement } from './refinement.js';
import { RowBatches } from './row-batches.js';
import { trainingPlan } from './training-plan.js';
import type { TrainingPlan } from './training-plan.js';

/** Calibrated weights of the look at which the validation rows were told apart best. */
export interface NeuralTraining {
  /** All blocks but the base. */
  readonly weights: Float32Array;
  readonly steps: number;
  readonly bestStep: number;
  readonly validationLogLoss: number;
  /** Whether fewer steps were planned than without a limit of time. */
  readonly isShortened: boolean;
}

const CHUNK = 1024;

/**
 * Teaches the ensemble, looks at the validation rows now and then, keeps the weights with the best
 * refinement and calibrates them by temperature. All chance comes from `random`, so that the same
 * rows give the same bytes; where time would run out, the rest is planned shorter.
 */
export async function trainNeural(
  tf: TensorFlow,
  rows: NeuralRows,
  how: FitOptions & { readonly recipe: NeuralRecipe; readonly random: () => number },
): Promise<NeuralTraining> {
  const { recipe, remaining, progress } = how;
  const started = remaining?.() ?? 0;
  const run = new TrainingRun(tf, rows, how);
  const planned = run.plan.steps;
  let best = { weights: run.weights.slice(), bestStep: 0, ...run.validate() };
  let [looks, bestLook, steps] = [0, 0, planned];
  while (run.steps < steps && looks - bestLook < recipe.patience) {
    run.towards(steps);
    looks += 1;
    const judged = run.validate();
    if (judged.logLoss < best.logLoss) {
      best = { weights: run.weights.slice(), bestStep: run.steps, ...judged };
      bestLook = looks;
    }
    if (remaining !== undefined) {
      const left = remaining();
      const affordable = run.steps * (1 + (RESERVED * left) / (started - left));
      steps = Math.min(planned, Math.floor(affordable));
    }
    progress?.(Math.min(1, run.steps / steps));
    // Lets the process answer and renew its locks between two looks.
    await setImmediate();
  }
  run.dispose();
  const { weights, bestStep, logLoss, sharpness } = best;
  sharpen(rows.shape, weights, sharpness);
  const isShortened = steps < planned;
  return { weights, bestStep, steps: run.steps, validationLogLoss: logLoss, isShortened };
}

/** Share of the time left that training may take: some is needed for what follows. */
const RESERVED = 0.9;

/** Calibrates by temperature: every member's head times the factor. */
function sharpen(shape: NeuralShape, weights: Float32Array, factor: number): void {
  const { heads, headBias } = neuralBlocks(shape);
  for (let at = weights.length - heads - headBias; at < weights.length; at += 1) {
    weights[at] = factor * (weights[at] ?? 0);
  }
}

class TrainingRun {
  readonly weights: Float32Array;
  readonly plan: TrainingPlan;
  steps = 0;
  private readonly graph: NeuralGraph;
  private readonly dense: DenseInputs;
  private readonly batches: RowBatches;
  private readonly optimizer: AdamW;
  private readonly gradient: Float32Array;
  private readonly rate: number;

  constructor(
    tf: TensorFlow,
    private readonly rows: NeuralRows,
    { recipe, random }: { readonly recipe: NeuralRecipe; readonly random: () => number },
  ) {
    const { shape, split } = rows;
    this.graph = new NeuralGraph(tf, shape);
    this.dense = new DenseInputs(shape.inputs);
    this.weights = initialWeights(shape, random);
    this.gradient = new Float32Array(this.weights.length);
    const { decay, hiding, rate } = recipe;
    this.rate = rate;
    this.optimizer = new AdamW({ decay, beta1: 0.9, beta2: 0.99 }, decayedWeights(shape));
    this.plan = trainingPlan(shape, split.train.length, recipe);
    this.batches = new RowBatches(rows, { size: this.plan.batch, hiding }, random);
  }

  dispose(): void {
    this.graph.dispose();
  }

  /** Steps on to the next look at the validation rows, on a schedule that ends after so many. */
  towards(end: number): void {
    const stop = Math.min(end, this.steps + this.plan.look);
    for (; this.steps < stop; this.steps += 1) {
      const loss = this.graph.gradient(this.weights, this.batches.next(), this.gradient);
      if (!Number.isFinite(loss)) throw new Error(`the loss is ${loss} in step ${this.steps + 1}`);
      this.optimizer.step(this.weights, this.gradient, this.rate * schedule(this.steps / end));
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
