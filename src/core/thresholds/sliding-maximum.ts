/**
 * The highest value of `values[starts[k]..k]` for each k, in linear time (monotone queue). No value
 * may be NaN; `starts` must not fall and `starts[k] <= k`.
 */
export function slidingMaximum(values: Float64Array, starts: Int32Array): Float64Array {
  const maxima = new Float64Array(values.length);
  const queue = new Int32Array(values.length);
  const queued = (place: number): number => queue[place] ?? 0;
  const valueAt = (k: number): number => values[k] ?? 0;
  let [head, tail] = [0, 0];
  for (let k = 0; k < values.length; k += 1) {
    while (tail > head && valueAt(queued(tail - 1)) <= valueAt(k)) tail -= 1;
    queue[tail] = k;
    tail += 1;
    const start = starts[k] ?? 0;
    while (queued(head) < start) head += 1;
    maxima[k] = valueAt(queued(head));
  }
  return maxima;
}
