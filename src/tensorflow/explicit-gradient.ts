import type { Tensor } from '@tensorflow/tfjs';
import type { TensorFlow } from './backend.js';

/** What an operation gives, what its gradient needs of it, and the gradient by each input. */
export interface ExplicitOperation {
  readonly value: Tensor;
  readonly saved: Tensor[];
  readonly gradient: (slope: Tensor, saved: Tensor[]) => Tensor[];
}

/** Runs an operation whose gradient is written out, which autodiff then takes as it is. */
export function explicitly(
  tf: TensorFlow,
  inputs: readonly Tensor[],
  operation: (tf: TensorFlow) => ExplicitOperation,
): Tensor {
  return tf.customGrad((...given) => {
    const { value, saved, gradient } = operation(tf);
    const save = given[given.length - 1];
    if (typeof save === 'function') save(saved);
    return { value, gradFunc: gradient };
  })(...inputs);
}
