/**
 * Solves A x = b for a symmetric positive definite A (size x size, row by row, lower triangle read
 * and overwritten with its Cholesky factor).
 */
export function solveCholesky(matrix: Float64Array, right: Float64Array): Float64Array {
  factorise(matrix, right.length);
  return solveFactorised(matrix, right);
}

/** Solves A x = b by the Cholesky factor of A. */
export function solveFactorised(factor: Float64Array, right: Float64Array): Float64Array {
  return substituteBack(factor, substituteForward(factor, right));
}

/**
 * Column `index` of the inverse of a Cholesky factor (nought above `index`), by which the inverse
 * of A is to be had entry by entry: A^-1[i, j] is the product of columns i and j.
 */
export function inverseFactorColumn(
  factor: Float64Array,
  size: number,
  index: number,
): Float64Array {
  const column = new Float64Array(size);
  column[index] = 1 / (factor[index * size + index] ?? 1);
  const known = column.subarray(index);
  for (let i = index + 1; i < size; i += 1) {
    const row = factor.subarray(i * size + index, i * size + i + 1);
    const below = i - index;
    known[below] = -dotOf(row, known, below) / (row[below] ?? 1);
  }
  return column;
}

const LARGE_PIVOT = 1e150;

function substituteForward(factor: Float64Array, right: Float64Array): Float64Array {
  const size = right.length;
  const solution = Float64Array.from(right);
  for (let i = 0; i < size; i += 1) {
    const row = factor.subarray(i * size, i * size + i + 1);
    const rest = (solution[i] ?? 0) - dotOf(row, solution, i);
    solution[i] = rest / (row[i] ?? 1);
  }
  return solution;
}

function substituteBack(factor: Float64Array, solution: Float64Array): Float64Array {
  const size = solution.length;
  for (let i = size - 1; i >= 0; i -= 1) {
    const row = factor.subarray(i * size, i * size + i + 1);
    const value = (solution[i] ?? 0) / (row[i] ?? 1);
    solution[i] = value;
    for (let k = 0; k < i; k += 1) solution[k] = (solution[k] ?? 0) - (row[k] ?? 0) * value;
  }
  return solution;
}

/**
 * Overwrites the lower triangle of a symmetric positive definite A (size x size, row by row) with
 * its Cholesky factor. Pivots that rounding took to zero are held off it, so that a direction
 * without information gets a step of zero length.
 */
export function factorise(matrix: Float64Array, size: number): void {
  for (let i = 0; i < size; i += 1) {
    const row = matrix.subarray(i * size, i * size + i + 1);
    const scale = row[i] ?? 0;
    for (let j = 0; j < i; j += 1) {
      const above = matrix.subarray(j * size, j * size + j + 1);
      row[j] = ((row[j] ?? 0) - dotOf(row, above, j)) / (above[j] ?? 1);
    }
    const pivot = scale - dotOf(row, row, i);
    row[i] = pivot > 1e-14 * scale ? Math.sqrt(pivot) : LARGE_PIVOT;
  }
}

function dotOf(a: Float64Array, b: Float64Array, length: number): number {
  // Four sums at once: each addition else waits for the one before.
  let [s, t, u, v] = [0, 0, 0, 0];
  const whole = length - (length % 4);
  for (let k = 0; k < whole; k += 4) {
    s += productAt(a, b, k);
    t += productAt(a, b, k + 1);
    u += productAt(a, b, k + 2);
    v += productAt(a, b, k + 3);
  }
  for (let k = whole; k < length; k += 1) s += productAt(a, b, k);
  return s + t + (u + v);
}

function productAt(a: Float64Array, b: Float64Array, k: number): number {
  return (a[k] ?? 0) * (b[k] ?? 0);
}
