import type { NeuralShape } from '../core/training/neural-shape.js';
import type { Split } from '../core/training/splits.js';

/** Encoded rows with labels and weights, and which of them teach and which judge. */
export interface NeuralRows {
  readonly shape: NeuralShape;
  readonly codes: Float32Array;
  readonly labels: Uint8Array;
  readonly weights: Float64Array;
  readonly split: Split;
}
