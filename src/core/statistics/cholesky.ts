/**
 * Solves A x = b for a symmetric positive definite A (size x size, row by row, lower triangle read
 * and overwritten with its Cholesky factor). Pivots that rounding took to zero are held off it, so
 * that a direction without information gets a step of zero length.
 */
export function solveCholesky(matrix: Float64Array, right: Float64Array): Float64Array {
  factorise(matrix, right.length);
  return substituteBack(matrix, substituteForward(matrix, right));
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

function factorise(matrix: Float64Array, size: number): void {
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
  let sum = 0;
  for (let k = 0; k < length; k += 1) sum += (a[k] ?? 0) * (b[k] ?? 0);
  return sum;
}
