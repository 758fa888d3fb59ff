import { LEARNED_BLOCKS, neuralBlocks } from '../core/training/neural-shape.js';
import type { LearnedBlock, NeuralShape } from '../core/training/neural-shape.js';

/** Uniform within 1 / sqrt(fan-in); scales are normal, so that members look at inputs differently. */
export function initialWeights(shape: NeuralShape, random: () => number): Float32Array {
  const sizes = neuralBlocks(shape);
  const first = 1 / Math.sqrt(sizes.base);
  const later = 1 / Math.sqrt(shape.width);
  const limits: Readonly<Record<LearnedBlock, number | null>> = {
    input: first,
    scales: null,
    inputBias: first,
    hidden: later,
    hiddenBias: later,
    heads: later,
    headBias: later,
  };
  const weights: number[] = [];
  for (const block of LEARNED_BLOCKS) {
    const limit = limits[block];
    for (let i = 0; i < sizes[block]; i += 1) {
      weights.push(limit === null ? normal(random) : limit * (2 * random() - 1));
    }
  }
  return Float32Array.from(weights);
}

function normal(random: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

const DECAYED: ReadonlySet<LearnedBlock> = new Set<LearnedBlock>(['input', 'hidden', 'heads']);

/** 1 for each weight that decays: neither biases nor scales do. */
export function decayedWeights(shape: NeuralShape): Uint8Array {
  const sizes = neuralBlocks(shape);
  const learned = LEARNED_BLOCKS.reduce((sum, block) => sum + sizes[block], 0);
  const decayed = new Uint8Array(learned);
  let at = 0;
  for (const block of LEARNED_BLOCKS) {
    decayed.fill(DECAYED.has(block) ? 1 : 0, at, (at += sizes[block]));
  }
  return decayed;
}
