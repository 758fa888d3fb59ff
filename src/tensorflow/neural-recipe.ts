/** How the neural ensemble is built and taught. */
export interface NeuralRecipe {
  readonly members: number;
  readonly width: number;
  /** Bins per number, at most. */
  readonly bins: number;
  /** Peak learning rate; it warms up, then falls along a cosine to nothing. */
  readonly rate: number;
  readonly decay: number;
  /** Share of the rows that judges when to stop. */
  readonly validation: number;
  /** Steps and passes over the data, at most; whichever is more for few rows, fewer for many. */
  readonly steps: number;
  readonly minEpochs: number;
  readonly maxEpochs: number;
  /** Passes without a better validation loss after which it stops. */
  readonly patience: number;
  /** Share of the categories hidden in each pass, so that an unknown one is nothing new. */
  readonly hiding: number;
}

export const NEURAL_RECIPE: NeuralRecipe = {
  members: 8,
  width: 64,
  bins: 16,
  rate: 3e-3,
  decay: 0.03,
  validation: 0.15,
  steps: 2000,
  minEpochs: 12,
  maxEpochs: 60,
  patience: 8,
  hiding: 0.01,
};
