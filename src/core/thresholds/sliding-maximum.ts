/**
 * Finds the highest value of `values[starts[k]..k]` for each k in turn, in linear time (monotone
 * queue); values behind k need not be known yet. No value may be NaN; `starts` must not fall and
 * `starts[k] <= k`.
 */
export function slidingHighest(values: Float64Array, starts: Int32Array): (k: number) => number {
  const queue = new Int32Array(values.length);
  const queued = (place: number): number => queue[place] ?? 0;
  const valueAt = (k: number): number => values[k] ?? 0;
  let [head, tail] = [0, 0];
  return (k) => {
    while (tail > head && valueAt(queued(tail - 1)) <= valueAt(k)) tail -= 1;
    queue[tail] = k;
    tail += 1;
    const start = starts[k] ?? 0;
    while (queued(head) < start) head += 1;
    return valueAt(queued(head));
  };
}

/** The highest value of `values[starts[k]..k]` for each k; see `slidingHighest`. */
export function slidingMaximum(values: Float64Array, starts: Int32Array): Float64Array {
  const highest = slidingHighest(values, starts);
  return values.map((_, k) => highest(k));
}
