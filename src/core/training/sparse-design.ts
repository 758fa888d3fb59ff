/**
 * The rows of a linear model, of which few columns are not nought: each row names `slots` columns,
 * never descending, with their values. The intercept is column 0.
 */
export interface SparseDesign {
  readonly rows: number;
  readonly width: number;
  readonly slots: number;
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
  const { rows, slots } = design;
  for (let row = 0; row < rows; row += 1) {
    const scale = scales[row] ?? 0;
    if (scale !== 0)
      addProduct(design, { from: row * slots, to: (row + 1) * slots, scale }, matrix);
  }
}

function addProduct(
  { columns, values, width }: SparseDesign,
  { from, to, scale }: { readonly from: number; readonly to: number; readonly scale: number },
  matrix: Float64Array,
): void {
  for (let a = from; a < to; a += 1) {
    const scaled = scale * (values[a] ?? 0);
    if (scaled === 0) continue;
    const line = (columns[a] ?? 0) * width;
    for (let b = from; b <= a; b += 1) {
      const at = line + (columns[b] ?? 0);
      matrix[at] = (matrix[at] ?? 0) + scaled * (values[b] ?? 0);
    }
  }
}
