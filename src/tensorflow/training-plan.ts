import { neuralBlocks } from '../core/training/neural-shape.js';
import type { NeuralShape } from '../core/training/neural-shape.js';
import type { NeuralRecipe } from './neural-recipe.js';

/** How many steps of how many rows, and after how many to look at the validation rows. */
export interface TrainingPlan {
  readonly batch: number;
  readonly steps: number;
  readonly look: number;
}

const SMALLEST_BATCH = 32;
const LARGEST_BATCH = 256;
/** About so many batches make up the rows of a small table; a batch is a power of two. */
const BATCHES_A_PASS = 100;
const FEWEST_LOOKS = 6;

/** Plans by the table's size alone, never by a clock: the same table is always taught alike. */
export function trainingPlan(
  shape: NeuralShape,
  rows: number,
  { passes, work }: Pick<NeuralRecipe, 'passes' | 'work'>,
): TrainingPlan {
  const wanted = 2 ** Math.round(Math.log2(rows / BATCHES_A_PASS));
  const batch = Math.min(LARGEST_BATCH, Math.max(SMALLEST_BATCH, wanted));
  const perPass = Math.ceil(rows / batch);
  const affordable = Math.floor(work / (batch * multiplications(shape)));
  const steps = Math.max(FEWEST_LOOKS, Math.min(passes * perPass, affordable));
  return { batch, steps, look: Math.min(perPass, Math.floor(steps / FEWEST_LOOKS)) };
}

/** Multiplications that one row takes in one step: forward, and back to the weights and the units. */
function multiplications(shape: NeuralShape): number {
  const units = shape.members * shape.width;
  return units * (2 * neuralBlocks(shape).base + 3 * shape.width);
}
