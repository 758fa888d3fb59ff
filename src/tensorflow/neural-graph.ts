import type { Tensor } from '@tensorflow/tfjs';
import { foldInput } from '../core/training/neural-fold.js';
import { LEARNED_BLOCKS, neuralBlocks } from '../core/training/neural-shape.js';
import type { LearnedBlock, NeuralShape } from '../core/training/neural-shape.js';
import type { TensorFlow } from './backend.js';
import { headLayer, hiddenLayer, inputLayer, linesOfMembers, meanLoss } from './neural-layers.js';

/** Input matrix (with its column of ones), 0/1 labels and weights (of mean 1) of some rows. */
export interface Batch {
  readonly rows: number;
  readonly inputs: Float32Array;
  readonly labels: Float32Array;
  readonly weights: Float32Array;
}

type Blocks = Readonly<Record<LearnedBlock, Float32Array>>;

/**
 * TabM-mini in TensorFlow.js: one network whose input every member scales in its own way, with
 * biases and a head of its own; the loss is the mean of the members' losses. Scales and heads are
 * folded into plain matrices outside the tensors, and so are their gradients.
 *
 * @see Gorishniy, Kotelnikov & Babenko, "TabM" (ICLR 2025), section 3.3.
 */
export class NeuralGraph {
  private readonly columns: number;
  private readonly units: number;
  private readonly folded: Float32Array;
  private readonly heads: Float32Array;
  /** Constants by number of rows, kept from step to step. */
  private readonly lines = new Map<number, Tensor>();

  constructor(
    private readonly tf: TensorFlow,
    private readonly shape: NeuralShape,
  ) {
    this.columns = neuralBlocks(shape).base;
    this.units = shape.members * shape.width;
    this.folded = new Float32Array((this.columns + 1) * this.units);
    this.heads = new Float32Array(shape.members * this.units);
  }

  /** Gives back what is kept between steps. */
  dispose(): void {
    for (const tensor of this.lines.values()) tensor.dispose();
    this.lines.clear();
  }

  /** The members' logits, rows x members. */
  logits(weights: Float32Array, rows: number, inputs: Float32Array): Float32Array {
    return this.tf.tidy(() => {
      const matrix = this.tf.tensor2d(inputs, [rows, this.columns + 1]);
      const tensors = this.tensors(this.blocks(weights));
      return Float32Array.from(this.forward(matrix, tensors).dataSync());
    });
  }

  /** Writes the gradient of the batch's loss by the weights; answers the loss. */
  gradient(weights: Float32Array, batch: Batch, gradient: Float32Array): number {
    const { tf } = this;
    return tf.tidy(() => {
      const matrix = tf.tensor2d(batch.inputs, [batch.rows, this.columns + 1]);
      const labels = tf.tensor2d(batch.labels, [batch.rows, 1]);
      const rowWeights = tf.tensor2d(batch.weights, [batch.rows, 1]);
      const loss = (...tensors: Tensor[]): Tensor =>
        meanLoss(tf, this.forward(matrix, tensors), labels, rowWeights);
      const blocks = this.blocks(weights);
      const { value, grads } = tf.valueAndGrads(loss)(this.tensors(blocks));
      const slopes = grads.map((grad) => grad.dataSync<'float32'>());
      this.unfold(blocks, slopes, this.blocks(gradient));
      return value.dataSync()[0] ?? Number.NaN;
    });
  }

  private blocks(weights: Float32Array): Blocks {
    const sizes = neuralBlocks(this.shape);
    let at = 0;
    const cut = LEARNED_BLOCKS.map((block) => [block, weights.subarray(at, (at += sizes[block]))]);
    return Object.fromEntries(cut) as Blocks;
  }

  /** First layer with its bias as one more row, hidden weights and biases, heads and biases. */
  private tensors(blocks: Blocks): Tensor[] {
    const { tf, folded, heads, units } = this;
    const { members, width } = this.shape;
    foldInput(this.shape, blocks, folded);
    folded.set(blocks.inputBias, this.columns * units);
    for (let m = 0; m < members; m += 1) {
      heads.set(blocks.heads.subarray(m * width, (m + 1) * width), m * (units + width));
    }
    return [
      tf.tensor(folded, [this.columns + 1, units]),
      tf.tensor(blocks.hidden.slice(), [width, width]),
      tf.tensor(blocks.hiddenBias.slice(), [units]),
      tf.tensor(heads, [members, units]),
      tf.tensor(blocks.headBias.slice(), [members]),
    ];
  }

  private forward(matrix: Tensor, tensors: readonly Tensor[]): Tensor {
    const { tf } = this;
    const [input = matrix, hidden = matrix, hiddenBias = matrix, heads = matrix, bias = matrix] =
      tensors;
    const first = inputLayer(tf, matrix, input);
    const [rows = 0] = matrix.shape;
    const second = hiddenLayer(tf, first, [hidden, hiddenBias], this.linesFor(rows));
    return headLayer(tf, second, heads, bias);
  }

  private linesFor(rows: number): Tensor {
    const lines =
      this.lines.get(rows) ?? this.tf.keep(linesOfMembers(this.tf, this.shape.members, rows));
    this.lines.set(rows, lines);
    return lines;
  }

  /** From the gradients by the tensors to those by the weights. */
  private unfold(blocks: Blocks, slopes: readonly Float32Array[], gradient: Blocks): void {
    const { units, columns } = this;
    const { members, width } = this.shape;
    const none = new Float32Array();
    const [folded = none, hidden = none, hiddenBias = none, heads = none, bias = none] = slopes;
    unfoldInput(this.shape, { blocks, folded }, gradient);
    gradient.inputBias.set(folded.subarray(columns * units));
    gradient.hidden.set(hidden);
    gradient.hiddenBias.set(hiddenBias);
    for (let m = 0; m < members; m += 1) {
      const from = m * (units + width);
      gradient.heads.set(heads.subarray(from, from + width), m * width);
    }
    gradient.headBias.set(bias);
  }
}

/** The chain rule through `foldInput`. */
function unfoldInput(
  { members, width }: NeuralShape,
  { blocks, folded }: { readonly blocks: Blocks; readonly folded: Float32Array },
  gradient: Blocks,
): void {
  gradient.input.fill(0);
  let at = 0;
  for (let cell = 0; cell < blocks.scales.length; cell += 1) {
    const scale = blocks.scales[cell] ?? 0;
    const from = Math.floor(cell / members) * width;
    let sum = 0;
    for (let j = from; j < from + width; j += 1, at += 1) {
      const slope = folded[at] ?? 0;
      sum += slope * (blocks.input[j] ?? 0);
      gradient.input[j] = (gradient.input[j] ?? 0) + scale * slope;
    }
    gradient.scales[cell] = sum;
  }
}
