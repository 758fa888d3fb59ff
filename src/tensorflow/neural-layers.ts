import type { Tensor } from '@tensorflow/tfjs';
import type { TensorFlow } from './backend.js';
import { explicitly } from './explicit-gradient.js';

/**
 * The layers of the ensemble with gradients written out, so that every product is of plain matrices:
 * WebAssembly multiplies those ten times faster than ones that it is told to transpose, and sums by
 * products with ones several times faster than by its own reduction.
 */

/** Rows, which need no gradient, times the weights; ReLU. */
export function inputLayer(tf: TensorFlow, rows: Tensor, weights: Tensor): Tensor {
  return explicitly(tf, [weights], () => {
    const value = tf.relu(tf.matMul(rows, weights));
    const gradient = (slope: Tensor, [output = value]: Tensor[]): Tensor[] => [
      tf.matMul(tf.transpose(rows), throughRelu(tf, slope, output)),
    ];
    return { value, saved: [value], gradient };
  });
}

/** Every member's units (rows x members x width) times the shared weights, plus its bias; ReLU. */
export function hiddenLayer(
  tf: TensorFlow,
  units: Tensor,
  [weights, bias]: readonly [Tensor, Tensor],
  lines: Tensor,
): Tensor {
  return explicitly(tf, [units, weights, bias], () => {
    const [width = 0] = weights.shape;
    const stacked = tf.reshape(units, [-1, width]);
    const product = tf.reshape(tf.matMul(stacked, weights), units.shape);
    const value = tf.relu(tf.add(product, bias));
    const gradient = (slope: Tensor, saved: Tensor[]): Tensor[] => {
      const [output = value, input = stacked, shared = weights] = saved;
      const narrow = tf.reshape(throughRelu(tf, slope, output), [-1, width]);
      return [
        tf.reshape(tf.matMul(narrow, tf.transpose(shared)), units.shape),
        tf.matMul(tf.transpose(input), narrow),
        // Summed in the same shape: the backend packs a right-hand matrix once by its data alone.
        tf.reshape(tf.matMul(lines, narrow), bias.shape),
      ];
    };
    return { value, saved: [value, stacked, weights], gradient };
  });
}

/** Members x (rows x members): ones where a line of the stacked units is of the member. */
export function linesOfMembers(tf: TensorFlow, members: number, rows: number): Tensor {
  return tf.tile(tf.eye(members), [1, rows]);
}

/** The members' logits; `heads` is members x (members x width), nought off its own member. */
export function headLayer(tf: TensorFlow, units: Tensor, heads: Tensor, bias: Tensor): Tensor {
  return explicitly(tf, [units, heads, bias], () => {
    const value = tf.add(tf.matMul(units, tf.transpose(heads)), bias);
    const gradient = (slope: Tensor, [input = units, rows = heads]: Tensor[]): Tensor[] => [
      tf.matMul(slope, rows),
      tf.matMul(tf.transpose(slope), input),
      columnSums(tf, slope),
    ];
    return { value, saved: [units, heads], gradient };
  });
}

/** Weighted cross-entropy, mean over rows and members. */
export function meanLoss(tf: TensorFlow, logits: Tensor, labels: Tensor, weights: Tensor): Tensor {
  return explicitly(tf, [logits], () => {
    const losses = tf.sub(tf.softplus(logits), tf.mul(logits, labels));
    const gradient = (slope: Tensor, [z = logits]: Tensor[]): Tensor[] => {
      const share = tf.div(weights, z.size);
      return [tf.mul(tf.mul(tf.sub(tf.sigmoid(z), labels), share), slope)];
    };
    return { value: tf.mean(tf.mul(losses, weights)), saved: [logits], gradient };
  });
}

/** ReLU's own gradient casts to integers and back. */
function throughRelu(tf: TensorFlow, slope: Tensor, output: Tensor): Tensor {
  return tf.mul(slope, tf.step(output));
}

function columnSums(tf: TensorFlow, matrix: Tensor): Tensor {
  const [rows = 0, columns = 0] = matrix.shape;
  return tf.reshape(tf.matMul(tf.ones([1, rows]), matrix), [columns]);
}
