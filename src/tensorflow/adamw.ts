/** What AdamW is told; `decay` is applied apart from the gradient, times the rate. */
export interface AdamWSettings {
  readonly decay: number;
  readonly beta1: number;
  readonly beta2: number;
}

/**
 * Adam with decoupled weight decay on one flat array of weights.
 *
 * @see Loshchilov & Hutter, "Decoupled Weight Decay Regularization" (ICLR 2019), algorithm 2.
 */
export class AdamW {
  private readonly mean: Float32Array;
  private readonly square: Float32Array;
  private steps = 0;

  /** `decayed` is 1 where a weight decays and 0 where it does not. */
  constructor(
    private readonly settings: AdamWSettings,
    private readonly decayed: Uint8Array,
  ) {
    this.mean = new Float32Array(decayed.length);
    this.square = new Float32Array(decayed.length);
  }

  /** Moves the weights in place by one step of the given rate. */
  step(weights: Float32Array, gradient: Float32Array, rate: number): void {
    const { decay, beta1, beta2 } = this.settings;
    this.steps += 1;
    const meanScale = 1 / (1 - beta1 ** this.steps);
    const squareScale = 1 / (1 - beta2 ** this.steps);
    for (let i = 0; i < weights.length; i += 1) {
      const slope = gradient[i] ?? 0;
      const mean = beta1 * (this.mean[i] ?? 0) + (1 - beta1) * slope;
      const square = beta2 * (this.square[i] ?? 0) + (1 - beta2) * slope * slope;
      this.mean[i] = mean;
      this.square[i] = square;
      const weight = weights[i] ?? 0;
      const shrunk = weight - rate * decay * weight * (this.decayed[i] ?? 0);
      weights[i] = shrunk - (rate * meanScale * mean) / (Math.sqrt(squareScale * square) + 1e-8);
    }
  }
}
