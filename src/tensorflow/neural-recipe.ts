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
  /** Passes over the rows, at most. */
  readonly passes: number;
  /** Multiplications, at most: a large or wide table gets fewer passes. */
  readonly work: number;
  /** Looks at the validation rows without a better one after which it stops. */
  readonly patience: number;
  /** Share of the categories hidden in each batch, so that an unknown one is nothing new. */
  readonly hiding: number;
}

export const NEURAL_RECIPE: NeuralRecipe = {
  members: 8,
  width: 32,
  bins: 16,
  rate: 1.5e-2,
  decay: 0.03,
  validation: 0.15,
  passes: 10,
  work: 40e9,
  patience: 4,
  hiding: 0.01,
};
