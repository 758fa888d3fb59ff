/** A place where the mean of a series changed for good. */
export interface MeanChange {
  /** The first value of the new mean. */
  readonly index: number;
  readonly before: number;
  readonly after: number;
}

/** Values on either side of a cut, at least. */
const FEWEST = 20;

/** How far two means of so many values may be apart by chance (Bifet & Gavalda 2007, theorem 3.2). */
function boundOf(values: number, variance: number, delta: number): (n: number) => number {
  const log = Math.log((2 * Math.log(values)) / delta);
  return (n) => {
    const harmonic = 1 / (1 / n + 1 / (values - n));
    return Math.sqrt((2 / harmonic) * variance * log) + (2 / (3 * harmonic)) * log;
  };
}

/**
 * ADWIN: values of 0..1 in order of time are kept while no cut of those kept parts
 * them into two means further apart than chance would at level `delta`; else the older ones go.
 */
export function meanChanges(values: readonly number[], delta = 0.002): MeanChange[] {
  const sums = new Float64Array(values.length + 1);
  const squares = new Float64Array(values.length + 1);
  values.forEach((value, i) => {
    sums[i + 1] = (sums[i] ?? 0) + value;
    squares[i + 1] = (squares[i] ?? 0) + value * value;
  });
  const mean = (of: Float64Array, from: number, to: number): number =>
    ((of[to] ?? 0) - (of[from] ?? 0)) / (to - from);
  const changes: MeanChange[] = [];
  let start = 0;
  const cutBefore = (end: number): number | null => {
    const variance = mean(squares, start, end) - mean(sums, start, end) ** 2;
    const bound = boundOf(end - start, variance, delta);
    const parts = (cut: number): boolean => {
      const gap = Math.abs(mean(sums, start, cut) - mean(sums, cut, end));
      return gap > bound(cut - start);
    };
    // Cuts ever further apart the longer ago, as ADWIN's buckets have them; all of them once one parts.
    let back = FEWEST;
    while (back <= end - start - FEWEST && !parts(end - back)) back += Math.ceil(back / 10);
    if (back > end - start - FEWEST) return null;
    let cut = start + FEWEST;
    while (!parts(cut)) cut += 1;
    return cut;
  };
  // Looked at every tenth value: a change is seen a little later, at a tenth of the work.
  for (let end = 2 * FEWEST; end <= values.length; end += 10) {
    for (let cut = cutBefore(end); cut !== null; cut = cutBefore(end)) {
      const [before, after] = [mean(sums, start, cut), mean(sums, cut, end)];
      changes.push({ index: cut, before, after });
      start = cut;
    }
  }
  return changes;
}
