import { DomainError } from '../errors/domain-error.js';

/** One feature as the network takes it: a number cut into bins, or one of so many levels. */
export type NeuralInput =
  | { readonly kind: 'numeric'; readonly bins: number }
  | { readonly kind: 'categorical'; readonly levels: number };

/** An ensemble whose `members` share two hidden layers of `width` units, a multiple of four. */
export interface NeuralShape {
  readonly inputs: readonly NeuralInput[];
  readonly members: number;
  readonly width: number;
}

/** Input columns of a feature: clipped value, missing flag and bins; or one per level. */
export function inputColumns(input: NeuralInput): number {
  return input.kind === 'numeric' ? 2 + input.bins : input.levels;
}

/** Numbers that encode one feature of one row: position, clipped value, missing flag; or level. */
export function inputSlots(input: NeuralInput): number {
  return input.kind === 'numeric' ? 3 : 1;
}

/** The blocks that are learned, in the order in which they lie in the weight array. */
export const LEARNED_BLOCKS = [
  'input',
  'scales',
  'inputBias',
  'hidden',
  'hiddenBias',
  'heads',
  'headBias',
] as const;
export type LearnedBlock = (typeof LEARNED_BLOCKS)[number];

/** After the learned blocks lies the base point of the explanations. */
export type NeuralBlock = LearnedBlock | 'base';

/** Sizes of the weight blocks, in the order in which they lie in the weight array. */
export function neuralBlocks(shape: NeuralShape): Readonly<Record<NeuralBlock, number>> {
  const columns = shape.inputs.reduce((sum, input) => sum + inputColumns(input), 0);
  const { members, width } = shape;
  return {
    input: columns * width,
    scales: columns * members,
    inputBias: members * width,
    hidden: width * width,
    hiddenBias: members * width,
    heads: members * width,
    headBias: members,
    base: columns,
  };
}

/** Cuts the weight array into its blocks; refuses one of another length. */
export function neuralWeights(
  shape: NeuralShape,
  weights: Float64Array,
): Readonly<Record<NeuralBlock, Float64Array>> {
  const sizes = neuralBlocks(shape);
  let at = 0;
  const take = (size: number): Float64Array => weights.subarray(at, (at += size));
  const blocks = {
    input: take(sizes.input),
    scales: take(sizes.scales),
    inputBias: take(sizes.inputBias),
    hidden: take(sizes.hidden),
    hiddenBias: take(sizes.hiddenBias),
    heads: take(sizes.heads),
    headBias: take(sizes.headBias),
    base: take(sizes.base),
  };
  if (at === weights.length) return blocks;
  throw new DomainError('weights-misshapen', `expected ${at} weights, got ${weights.length}`);
}
