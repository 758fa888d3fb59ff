import { DomainError } from '../errors/domain-error.js';
import { sigmoid } from './linear-margin.js';
import type { NeuralForward } from './neural-forward.js';
import type { NeuralProbe } from './neural-parameters.js';

const TOLERANCE = 1e-5;

/** Refuses a forward pass that is not within 1e-5 of the probabilities that TensorFlow gave. */
export function checkProbe(forward: NeuralForward, { codes, logOdds }: NeuralProbe): void {
  const answers = forward.probabilities(Float32Array.from(codes));
  const off = answers.findIndex(
    (answer, i) => !(Math.abs(answer - sigmoid(logOdds[i] ?? Number.NaN)) <= TOLERANCE),
  );
  if (off < 0 && answers.length > 0 && answers.length === logOdds.length) return;
  throw new DomainError(
    'no-parity',
    `the weights do not answer probe row ${Math.max(0, off)} as TensorFlow did`,
  );
}
