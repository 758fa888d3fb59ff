/**
 * Solves A x = b for a symmetric positive definite A (size x size, row by row, lower triangle read
 * and overwritten with its Cholesky factor). Pivots that rounding took to zero are held off it, so
 * that a direction without information gets a step of zero length.
 */
export function solveCholesky(matrix: Float64Array, right: Float64Array): Float64Array {
  const size = right.length;
  factorise(matrix, size);
  const solution = Float64Array.from(right);
  for (let i = 0; i < size; i += 1) {
    let sum = solution[i] ?? 0;
    const row = i * size;
    for (let k = 0; k < i; k += 1) sum -= (matrix[row + k] ?? 0) * (solution[k] ?? 0);
    solution[i] = sum / (matrix[row + i] ?? 1);
  }
  for (let i = size - 1; i >= 0; i -= 1) {
    const value = (solution[i] ?? 0) / (matrix[i * size + i] ?? 1);
    solution[i] = value;
    const row = i * size;
    for (let k = 0; k < i; k += 1) {
      solution[k] = (solution[k] ?? 0) - (matrix[row + k] ?? 0) * value;
    }
  }
  return solution;
}

const LARGE_PIVOT = 1e150;

function factorise(matrix: Float64Array, size: number): void {
  for (let i = 0; i < size; i += 1) {
    const row = i * size;
    const scale = matrix[row + i] ?? 0;
    for (let j = 0; j <= i; j += 1) {
      const other = j * size;
      let sum = matrix[row + j] ?? 0;
      for (let k = 0; k < j; k += 1) sum -= (matrix[row + k] ?? 0) * (matrix[other + k] ?? 0);
      if (j < i) matrix[row + j] = sum / (matrix[other + j] ?? 1);
      else matrix[row + i] = sum > 1e-14 * scale ? Math.sqrt(sum) : LARGE_PIVOT;
    }
  }
}
