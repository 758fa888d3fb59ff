import type { EncodedTable } from '../features/encoding.js';
import { marginOf } from './linear-margin.js';

/** A Hessian as its ingredients: X'diag(curvatures)X + penalty, intercept unpenalised. */
export interface CurvatureSystem {
  readonly encoded: EncodedTable;
  readonly rows: Uint32Array;
  /** One per entry of `rows`. */
  readonly curvatures: Float64Array;
  readonly penalty: number;
}

/** Adds one encoded row times a scale to a gradient whose first entry is the intercept's. */
export function addGradient(
  encoded: EncodedTable,
  row: number,
  { scale, gradient }: { readonly scale: number; readonly gradient: Float64Array },
): void {
  const { numeric, numericWidth, codes, codeWidth } = encoded;
  gradient[0] = (gradient[0] ?? 0) + scale;
  const from = row * numericWidth;
  for (let j = 0; j < numericWidth; j += 1) {
    gradient[j + 1] = (gradient[j + 1] ?? 0) + scale * (numeric[from + j] ?? 0);
  }
  for (let which = 0; which < codeWidth; which += 1) {
    const column = codes[row * codeWidth + which] ?? -1;
    if (column >= 0) gradient[column + 1] = (gradient[column + 1] ?? 0) + scale;
  }
}

/** Adds the rows' curvature to the lower triangle of a Hessian (intercept first). */
export function addCurvature(system: CurvatureSystem, matrix: Float64Array, size: number): void {
  const { encoded, rows, curvatures } = system;
  const { numeric, numericWidth } = encoded;
  const head = new Float64Array(numericWidth + 1);
  head[0] = 1;
  rows.forEach((row, i) => {
    const scale = curvatures[i] ?? 0;
    if (scale === 0) return;
    const from = row * numericWidth;
    head.set(numeric.subarray(from, from + numericWidth), 1);
    head.forEach((value, j) => {
      addScaled(matrix, j * size, { values: head, length: j + 1, scale: scale * value });
    });
    addCategories({ matrix, size, head, scale }, encoded, row);
  });
}

function addCategories(
  {
    matrix,
    size,
    head,
    scale,
  }: {
    readonly matrix: Float64Array;
    readonly size: number;
    readonly head: Float64Array;
    readonly scale: number;
  },
  { codes, codeWidth }: EncodedTable,
  row: number,
): void {
  const from = row * codeWidth;
  for (let which = 0; which < codeWidth; which += 1) {
    const column = codes[from + which] ?? -1;
    if (column < 0) continue;
    const line = (column + 1) * size;
    addScaled(matrix, line, { values: head, length: head.length, scale });
    for (let other = 0; other <= which; other += 1) {
      const at = line + (codes[from + other] ?? -1) + 1;
      if (at > line) matrix[at] = (matrix[at] ?? 0) + scale;
    }
  }
}

function addScaled(
  matrix: Float64Array,
  at: number,
  { values, length, scale }: { values: Float64Array; length: number; scale: number },
): void {
  if (scale === 0) return;
  for (let k = 0; k < length; k += 1) {
    matrix[at + k] = (matrix[at + k] ?? 0) + scale * (values[k] ?? 0);
  }
}

const MAX_ROUNDS = 300;

/** Solves Hessian x = gradient by conjugate gradients (diagonal preconditioner), no matrix held. */
export function solveByConjugateGradient(
  system: CurvatureSystem,
  gradient: Float64Array,
): Float64Array {
  const diagonal = diagonalOf(system, gradient.length);
  const solution = new Float64Array(gradient.length);
  const residual = Float64Array.from(gradient);
  const direction = residual.map((value, j) => value / (diagonal[j] ?? 1));
  let energy = dot(residual, direction);
  const enough = 1e-20 * energy;
  for (let round = 0; round < MAX_ROUNDS && energy > enough; round += 1) {
    const image = curvatureTimes(system, direction);
    const length = energy / dot(direction, image);
    addScaled(solution, 0, { values: direction, length: solution.length, scale: length });
    addScaled(residual, 0, { values: image, length: solution.length, scale: -length });
    const conditioned = residual.map((value, j) => value / (diagonal[j] ?? 1));
    const next = dot(residual, conditioned);
    for (let j = 0; j < direction.length; j += 1) {
      direction[j] = (conditioned[j] ?? 0) + (next / energy) * (direction[j] ?? 0);
    }
    energy = next;
  }
  return solution;
}

function curvatureTimes(system: CurvatureSystem, vector: Float64Array): Float64Array {
  const { encoded, rows, curvatures, penalty } = system;
  const gradient = vector.map((value, j) => (j === 0 ? 0 : penalty * value));
  rows.forEach((row, i) => {
    const scale = (curvatures[i] ?? 0) * marginOf(encoded, row, vector);
    addGradient(encoded, row, { scale, gradient });
  });
  return gradient;
}

function diagonalOf(system: CurvatureSystem, size: number): Float64Array {
  const { encoded, rows, curvatures, penalty } = system;
  const { numeric, numericWidth, codes, codeWidth } = encoded;
  // A floor keeps the intercept's pivot off zero when no row has curvature left.
  const diagonal = new Float64Array(size).fill(Math.max(penalty, 1e-12));
  rows.forEach((row, i) => {
    const curvature = curvatures[i] ?? 0;
    diagonal[0] = (diagonal[0] ?? 0) + curvature;
    for (let j = 0; j < numericWidth; j += 1) {
      const value = numeric[row * numericWidth + j] ?? 0;
      diagonal[j + 1] = (diagonal[j + 1] ?? 0) + curvature * value * value;
    }
    for (let which = 0; which < codeWidth; which += 1) {
      const column = codes[row * codeWidth + which] ?? -1;
      if (column >= 0) diagonal[column + 1] = (diagonal[column + 1] ?? 0) + curvature;
    }
  });
  return diagonal;
}

function dot(a: Float64Array, b: Float64Array): number {
  return a.reduce((sum, value, j) => sum + value * (b[j] ?? 0), 0);
}
