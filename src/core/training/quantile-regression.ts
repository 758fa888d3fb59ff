import { factorise, solveFactorised } from '../statistics/cholesky.js';

/** Rows of numbers (rows x width, row by row) with what is to be predicted. */
export interface RegressionRows {
  readonly inputs: Float64Array;
  readonly width: number;
  readonly targets: Float64Array;
}

/** Which quantile, and how strongly coefficients are pulled to nought; Infinity: none but the intercept. */
export interface QuantileTask {
  readonly quantile: number;
  readonly penalty: number;
}

const STEPS = 30;
const SETTLED = 1e-5;
// Residuals below this share of the targets' spread count alike; the loss is smooth there.
const SMOOTH = 1e-3;

/** Pinball loss of one residual (truth less prediction). */
export function pinball(residual: number, quantile: number): number {
  return residual * (residual < 0 ? quantile - 1 : quantile);
}

/**
 * Linear quantile regression with a ridge penalty (the intercept, which comes first, is free):
 * majorise and minimise, each step a weighted least-squares fit.
 *
 * @see Hunter & Lange, "Quantile regression via an MM algorithm" (2000).
 */
export function fitQuantile(rows: RegressionRows, task: QuantileTask): Float64Array {
  const used = task.penalty === Infinity ? { ...rows, inputs: new Float64Array(), width: 0 } : rows;
  const smooth = SMOOTH * spreadOf(rows.targets) + 1e-9;
  let coefficients: Float64Array = new Float64Array(used.width + 1);
  coefficients[0] = medianOf(rows.targets);
  for (let step = 0; step < STEPS; step += 1) {
    const next = improved(used, coefficients, { ...task, smooth });
    const moved = next.reduce((most, value, i) => {
      return Math.max(most, Math.abs(value - (coefficients[i] ?? 0)));
    }, 0);
    coefficients = next;
    if (moved < SETTLED) break;
  }
  if (used.width === rows.width) return coefficients;
  const whole = new Float64Array(rows.width + 1);
  whole[0] = coefficients[0] ?? 0;
  return whole;
}

/** What the coefficients say of one row of inputs. */
export function quantileAt(coefficients: Float64Array, inputs: Float64Array): number {
  let sum = coefficients[0] ?? 0;
  for (let i = 1; i < coefficients.length; i += 1) {
    sum += (coefficients[i] ?? 0) * (inputs[i - 1] ?? 0);
  }
  return sum;
}

function improved(
  { inputs, width, targets }: RegressionRows,
  coefficients: Float64Array,
  { quantile, penalty, smooth }: QuantileTask & { readonly smooth: number },
): Float64Array {
  const size = width + 1;
  const matrix = new Float64Array(size * size);
  const right = new Float64Array(size);
  const row = new Float64Array(size);
  row[0] = 1;
  targets.forEach((target, i) => {
    row.set(inputs.subarray(i * width, (i + 1) * width), 1);
    const residual = target - quantileAt(coefficients, row.subarray(1));
    const weight = 1 / (2 * (smooth + Math.abs(residual)));
    addOuter(matrix, row, weight);
    const pull = weight * target + quantile - 0.5;
    for (let j = 0; j < size; j += 1) right[j] = (right[j] ?? 0) + pull * (row[j] ?? 0);
  });
  for (let j = 1; j < size; j += 1) {
    matrix[j * size + j] = (matrix[j * size + j] ?? 0) + penalty;
  }
  factorise(matrix, size);
  return solveFactorised(matrix, right);
}

/** Adds weight x row x row' to the lower triangle; inputs are mostly nought. */
function addOuter(matrix: Float64Array, row: Float64Array, weight: number): void {
  const size = row.length;
  for (let i = 0; i < size; i += 1) {
    const value = weight * (row[i] ?? 0);
    if (value === 0) continue;
    for (let j = 0; j <= i; j += 1) {
      matrix[i * size + j] = (matrix[i * size + j] ?? 0) + value * (row[j] ?? 0);
    }
  }
}

function medianOf(values: Float64Array): number {
  return values.slice().sort()[values.length >> 1] ?? 0;
}

function spreadOf(values: Float64Array): number {
  const sorted = values.slice().sort();
  const at = (share: number): number => sorted[Math.floor(share * (sorted.length - 1))] ?? 0;
  return at(0.75) - at(0.25);
}
