import type { Tensor } from '@tensorflow/tfjs';
import { LEARNED_BLOCKS, neuralBlocks } from '../core/training/neural-shape.js';
import type { LearnedBlock, NeuralShape } from '../core/training/neural-shape.js';
import type { TensorFlow } from './backend.js';

/** Input matrix, 0/1 labels and weights (of mean 1) of some rows. */
export interface Batch {
  readonly rows: number;
  readonly inputs: Float32Array;
  readonly labels: Float32Array;
  readonly weights: Float32Array;
}

/**
 * TabM-mini in TensorFlow.js: one network whose input every member scales in its own way, with
 * biases and a head of its own; the loss is the mean of the members' losses.
 *
 * @see Gorishniy, Kotelnikov & Babenko, "TabM" (ICLR 2025), section 3.3.
 */
export class NeuralGraph {
  private readonly columns: number;

  constructor(
    private readonly tf: TensorFlow,
    private readonly shape: NeuralShape,
  ) {
    this.columns = neuralBlocks(shape).base;
  }

  /** The members' logits, rows x members. */
  logits(weights: Float32Array, rows: number, inputs: Float32Array): Float32Array {
    return this.tf.tidy(() => {
      const matrix = this.tf.tensor2d(inputs, [rows, this.columns]);
      return Float32Array.from(this.forward(matrix, this.tensors(weights)).dataSync());
    });
  }

  /** Writes the gradient of the batch's loss by the weights; answers the loss. */
  gradient(weights: Float32Array, batch: Batch, gradient: Float32Array): number {
    const { tf } = this;
    return tf.tidy(() => {
      const matrix = tf.tensor2d(batch.inputs, [batch.rows, this.columns]);
      const labels = tf.tensor2d(batch.labels, [batch.rows, 1]);
      const rowWeights = tf.tensor2d(batch.weights, [batch.rows, 1]);
      const loss = (...tensors: Tensor[]): Tensor =>
        this.meanLoss(this.forward(matrix, tensors), labels, rowWeights);
      const { value, grads } = tf.valueAndGrads(loss)(this.tensors(weights));
      let at = 0;
      for (const grad of grads) {
        gradient.set(grad.dataSync<'float32'>(), at);
        at += grad.size;
      }
      return value.dataSync()[0] ?? Number.NaN;
    });
  }

  private tensors(weights: Float32Array): Tensor[] {
    const { members: k, width: h } = this.shape;
    const sizes = neuralBlocks(this.shape);
    const shapes: Readonly<Record<LearnedBlock, readonly number[]>> = {
      input: [this.columns, 1, h],
      scales: [this.columns, k, 1],
      inputBias: [1, k * h],
      hidden: [h, h],
      hiddenBias: [1, k * h],
      heads: [1, k, h],
      headBias: [1, k],
    };
    let at = 0;
    return LEARNED_BLOCKS.map((block) => {
      const values = weights.slice(at, (at += sizes[block]));
      return this.tf.tensor(values, [...shapes[block]]);
    });
  }

  private forward(matrix: Tensor, tensors: readonly Tensor[]): Tensor {
    const { tf } = this;
    const { members: k, width: h } = this.shape;
    const [rows = 0] = matrix.shape;
    const tensor = (block: LearnedBlock): Tensor => {
      const found = tensors[LEARNED_BLOCKS.indexOf(block)];
      if (found === undefined) throw new Error(`no tensor for ${block}`);
      return found;
    };
    const folded = tf.reshape(tf.mul(tensor('input'), tensor('scales')), [this.columns, k * h]);
    const first = this.relu(tf.add(this.product(matrix, folded, false), tensor('inputBias')));
    const mixed = this.product(tf.reshape(first, [rows * k, h]), tensor('hidden'), true);
    const second = this.relu(tf.add(tf.reshape(mixed, [rows, k * h]), tensor('hiddenBias')));
    const heads = tf.mul(tf.reshape(second, [rows, k, h]), tensor('heads'));
    return tf.add(tf.sum(heads, 2), tensor('headBias'));
  }

  /**
   * Matrix product whose gradient transposes explicitly: the WebAssembly backend multiplies plain
   * matrices about ten times faster than those it is told to transpose.
   */
  private product(left: Tensor, right: Tensor, learnLeft: boolean): Tensor {
    const { tf } = this;
    const inputs = learnLeft ? [left, right] : [right];
    return tf.customGrad((...given) => {
      const save = given[given.length - 1];
      if (typeof save === 'function') save([left, right]);
      const gradFunc = (dy: Tensor, saved: Tensor[]): Tensor[] => {
        const [a = left, b = right] = saved;
        const byRight = tf.matMul(tf.transpose(a), dy);
        return learnLeft ? [tf.matMul(dy, tf.transpose(b)), byRight] : [byRight];
      };
      return { value: tf.matMul(left, right), gradFunc };
    })(...inputs);
  }

  /** ReLU whose gradient stays in floats: the built-in one casts to integers and back. */
  private relu(input: Tensor): Tensor {
    const { tf } = this;
    return tf.customGrad((...given) => {
      const save = given[given.length - 1];
      const value = tf.relu(input);
      if (typeof save === 'function') save([value]);
      const gradFunc = (dy: Tensor, saved: Tensor[]): Tensor[] =>
        saved.slice(0, 1).map((output) => tf.mul(dy, tf.step(output)));
      return { value, gradFunc };
    })(input);
  }

  /** Weighted cross-entropy, mean over rows and members. */
  private meanLoss(logits: Tensor, labels: Tensor, weights: Tensor): Tensor {
    const { tf } = this;
    return tf.customGrad((...given) => {
      const save = given[given.length - 1];
      if (typeof save === 'function') save([logits, labels, weights]);
      const losses = tf.sub(tf.softplus(logits), tf.mul(logits, labels));
      const gradFunc = (dy: Tensor, saved: Tensor[]): Tensor[] => {
        const [z = logits, y = labels, w = weights] = saved;
        const error = tf.mul(tf.sub(tf.sigmoid(z), y), tf.div(w, z.size));
        return [tf.mul(error, dy)];
      };
      return { value: tf.mean(tf.mul(losses, weights)), gradFunc };
    })(logits);
  }
}
