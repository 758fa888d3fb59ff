/** Weights by row, summed without a look at each where all are the same. */
export class RowWeights {
  private readonly common: number | null;

  constructor(readonly values: Float64Array) {
    const [first = 0] = values;
    this.common = values.every((weight) => weight === first) ? first : null;
  }

  /** Weight of the rows numbered in a stretch of the order. */
  sum(order: Int32Array, begin: number, end: number): number {
    if (this.common !== null) return this.common * (end - begin);
    let sum = 0;
    for (let i = begin; i < end; i += 1) sum += this.values[order[i] ?? 0] ?? 0;
    return sum;
  }
}
