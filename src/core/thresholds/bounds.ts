/** How many of the ascending values are below `limit` (at most `limit` where `inclusive`). */
export function countBelow(values: ArrayLike<number>, limit: number, inclusive = false): number {
  let [low, high] = [0, values.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    const value = values[middle] ?? Number.NaN;
    if (value < limit || (inclusive && value === limit)) low = middle + 1;
    else high = middle;
  }
  return low;
}
