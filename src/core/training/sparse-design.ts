/**
 * The rows of a linear model, of which few columns are not nought: each row names `slots` columns,
 * never descending, with their values. The intercept is column 0.
 */
export interface SparseDesign {
  readonly rows: number;
  readonly width: number;
  readonly slots: number;
  /** The first of these, in which every row names the column of that number. */
  readonly fixed: number;
  /** rows x slots. */
  readonly columns: Int32Array;
  readonly values: Float64Array;
}

/** Each row's weighted sum of its columns. */
export function marginsOf(design: SparseDesign, weights: Float64Array): Float64Array {
  const { rows, slots, columns, values } = design;
  const margins = new Float64Array(rows);
  for (let row = 0, at = 0; row < rows; row += 1) {
    let margin = 0;
    for (const end = at + slots; at < end; at += 1) {
      margin += (values[at] ?? 0) * (weights[columns[at] ?? 0] ?? 0);
    }
    margins[row] = margin;
  }
  return margins;
}

/** Adds each row times its scale to `sums`, one per column. */
export function addRows(design: SparseDesign, scales: Float64Array, sums: Float64Array): void {
  const { rows, slots, columns, values } = design;
  for (let row = 0, at = 0; row < rows; row += 1) {
    const scale = scales[row] ?? 0;
    for (const end = at + slots; at < end; at += 1) {
      const column = columns[at] ?? 0;
      sums[column] = (sums[column] ?? 0) + scale * (values[at] ?? 0);
    }
  }
}

/** Adds the rows' squares times their scales to `sums`, one per column. */
export function addSquares(design: SparseDesign, scales: Float64Array, sums: Float64Array): void {
  const { rows, slots, columns, values } = design;
  for (let row = 0, at = 0; row < rows; row += 1) {
    const scale = scales[row] ?? 0;
    for (const end = at + slots; at < end; at += 1) {
      const column = columns[at] ?? 0;
      sums[column] = (sums[column] ?? 0) + scale * (values[at] ?? 0) ** 2;
    }
  }
}

/** Adds X' diag(scales) X to the lower triangle of a matrix, width x width, row by row. */
export function addProducts(
  design: SparseDesign,
  scales: Float64Array,
  matrix: Float64Array,
): void {
  addFixed(design, scales, matrix);
  const { rows, slots, fixed } = design;
  for (let row = 0; fixed < slots && row < rows; row += 1) {
    const scale = scales[row] ?? 0;
    const from = row * slots;
    if (scale !== 0) addProduct(design, { from, to: from + slots, scale }, matrix);
  }
}

/** The products of fixed slots with each other, four rows at a time: the matrix is what takes time. */
function addFixed(
  { rows, slots, fixed, width, values }: SparseDesign,
  scales: Float64Array,
  matrix: Float64Array,
): void {
  const four = new Float64Array(4 * fixed);
  for (let row = 0; row < rows; row += 4) {
    for (let a = 0, from = row * slots; a < 4 * fixed; a += 1) {
      four[a] = values[from + (a & 3) * slots + (a >>> 2)] ?? 0;
    }
    const [s, t] = [at(scales, row), at(scales, row + 1)];
    const [u, v] = [at(scales, row + 2), at(scales, row + 3)];
    for (let a = 0; a < fixed; a += 1) {
      const [one, two] = [s * at(four, 4 * a), t * at(four, 4 * a + 1)];
      const [three, last] = [u * at(four, 4 * a + 2), v * at(four, 4 * a + 3)];
      for (let b = 0, place = a * width; b <= a; b += 1, place += 1) {
        const sum = one * at(four, 4 * b) + two * at(four, 4 * b + 1);
        matrix[place] =
          at(matrix, place) + sum + three * at(four, 4 * b + 2) + last * at(four, 4 * b + 3);
      }
    }
  }
}

const at = (values: Float64Array, place: number): number => values[place] ?? 0;

/** The products of the other slots of a row with all before them. */
function addProduct(
  { columns, values, width, fixed }: SparseDesign,
  { from, to, scale }: { readonly from: number; readonly to: number; readonly scale: number },
  matrix: Float64Array,
): void {
  for (let a = from + fixed; a < to; a += 1) {
    const scaled = scale * (values[a] ?? 0);
    if (scaled === 0) continue;
    const line = (columns[a] ?? 0) * width;
    for (let b = from; b <= a; b += 1) {
      const at = line + (columns[b] ?? 0);
      matrix[at] = (matrix[at] ?? 0) + scaled * (values[b] ?? 0);
    }
  }
}
