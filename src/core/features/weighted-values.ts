/** The distinct finite values of a column, ascending, and the weight that lies at or below each. */
export interface WeightedValues {
  readonly values: Float64Array;
  readonly upTo: Float64Array;
  readonly total: number;
}

/** Sorts a column's finite values; weights count as repeats, each counts once where absent. */
export function weightedValues(column: Float64Array, weights?: Float64Array): WeightedValues {
  const alike = weights === undefined || weights.every((weight) => weight === 1);
  const [sorted, repeats] = alike
    ? [column.filter((value) => Number.isFinite(value)).sort(), undefined]
    : sortedWithWeights(column, weights);
  const values = new Float64Array(sorted.length);
  const upTo = new Float64Array(sorted.length);
  let [count, total] = [0, 0];
  sorted.forEach((value, i) => {
    if (count === 0 || value !== values[count - 1]) {
      values[count] = value;
      count += 1;
    }
    total += repeats?.[i] ?? 1;
    upTo[count - 1] = total;
  });
  return { values: values.subarray(0, count), upTo: upTo.subarray(0, count), total };
}

function sortedWithWeights(
  column: Float64Array,
  weights: Float64Array,
): [Float64Array, Float64Array] {
  const rows = Uint32Array.from(column.keys())
    .filter((row) => Number.isFinite(column[row]) && (weights[row] ?? 0) > 0)
    .sort((a, b) => (column[a] ?? 0) - (column[b] ?? 0));
  return [
    Float64Array.from(rows, (row) => column[row] ?? 0),
    Float64Array.from(rows, (row) => weights[row] ?? 0),
  ];
}

/** The value below which a share of the weight lies, between neighbours as NumPy's default. */
export function quantile(values: WeightedValues, share: number): number {
  const at = share * Math.max(0, values.total - 1);
  const below = valueAt(values, Math.floor(at));
  return below + (valueAt(values, Math.ceil(at)) - below) * (at - Math.floor(at));
}

/** The value at a rank (from 0) among all repeats. */
function valueAt({ values, upTo }: WeightedValues, rank: number): number {
  let [low, high] = [0, values.length - 1];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((upTo[middle] ?? 0) > rank) high = middle;
    else low = middle + 1;
  }
  return values[low] ?? 0;
}

/**
 * Where to cut so that at most `bins` bins share the weight evenly: each cut is the first value of
 * the bin above it. A value too frequent for one bin does not use up the rest.
 */
export function evenCuts({ values, upTo, total }: WeightedValues, bins: number): number[] {
  const cuts: number[] = [];
  let [left, inBin] = [total, 0];
  for (let at = 0; at < values.length - 1 && cuts.length < bins - 1; at += 1) {
    inBin += (upTo[at] ?? 0) - (upTo[at - 1] ?? 0);
    if (inBin * (bins - cuts.length) < left) continue;
    cuts.push(values[at + 1] ?? 0);
    left -= inBin;
    inBin = 0;
  }
  return cuts;
}
