/** Actors that go by another one's key, by their own, ascending; four words each. */
export interface Renames {
  readonly from: Uint32Array;
  readonly into: Uint32Array;
}

export const NO_RENAMES: Renames = { from: new Uint32Array(0), into: new Uint32Array(0) };

/** A renamed actor: its place among a day's actors, and its place among the renames. */
export interface Renamed {
  readonly actor: number;
  readonly rename: number;
}

/** Below 0 where the key at a place comes before the other one's, 0 where they are the same. */
function compareKeys(
  one: Uint32Array,
  place: number,
  other: Uint32Array,
  otherPlace: number,
): number {
  for (let word = 0; word < 4; word += 1) {
    const difference = (one[place * 4 + word] ?? 0) - (other[otherPlace * 4 + word] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

/** The first place from `start` on whose key is not below the wanted one: strides that double, then halves. */
function seek(actors: Uint32Array, start: number, from: Uint32Array, rename: number): number {
  const size = actors.length / 4;
  let [low, stride] = [start, 1];
  while (low + stride < size && compareKeys(actors, low + stride, from, rename) < 0) {
    low += stride;
    stride *= 2;
  }
  let high = Math.min(size, low + stride);
  while (low < high) {
    const middle = (low + high) >> 1;
    if (compareKeys(actors, middle, from, rename) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Which of a day's actors are renamed, in the order of their own keys. */
export function renamedAmong(actors: Uint32Array, { from }: Renames): Renamed[] {
  const renamed: Renamed[] = [];
  const size = actors.length / 4;
  let actor = 0;
  for (let rename = 0; rename < from.length / 4 && actor < size; rename += 1) {
    actor = seek(actors, actor, from, rename);
    if (actor < size && compareKeys(actors, actor, from, rename) === 0) {
      renamed.push({ actor, rename });
    }
  }
  return renamed;
}

/** Sorts a part of two arrays by time, and leaves alone what is sorted. */
export function sortByTime(times: Float64Array, steps: Int32Array): void {
  if (times.every((time, index) => index === 0 || time >= (times[index - 1] ?? 0))) return;
  const order = Array.from(times.keys()).sort((a, b) => (times[a] ?? 0) - (times[b] ?? 0));
  times.set(Float64Array.from(order, (index) => times[index] ?? 0));
  steps.set(Int32Array.from(order, (index) => steps[index] ?? 0));
}
