import { sortDoubles } from '../thresholds/sort-doubles.js';

/** Below this many the engine's own sort is as fast. */
const FEW = 1024;

/** Values that show where the bulk lies. */
const LOOKED_AT = 256;

/** How many moves a value may need at most, on average, after it is in its bucket. */
const MOVES = 8;

// Kept between calls, never read before it is written: fresh memory costs a third of the time.
let spareKeys = new Uint32Array(0);
let spareStarts = new Uint32Array(0);

/** Where the bulk of the values lies, by a few of them; null where they are all one. */
function bulkOf(values: Float64Array): [low: number, high: number] | null {
  const step = values.length / LOOKED_AT;
  const looked = new Float64Array(LOOKED_AT);
  const sorted = looked.map((_, i) => values[Math.floor(i * step)] ?? 0).sort();
  const [low = 0, high = 0] = [sorted[2], sorted[LOOKED_AT - 3]];
  // Differences that overflow leave no scale.
  return high > low && Number.isFinite(high - low) ? [low, high] : null;
}

/** Orders what is nearly in order from `start` up to `end`, unless that would take too many moves. */
function insert(values: Float64Array, start: number, end: number): boolean {
  let budget = MOVES * values.length;
  for (let i = start + 1; i < end; i += 1) {
    const value = values[i] ?? 0;
    if ((values[i - 1] ?? 0) <= value) continue;
    let j = i - 1;
    while (j >= start && (values[j] ?? 0) > value) {
      values[j + 1] = values[j] ?? 0;
      j -= 1;
    }
    values[j + 1] = value;
    budget -= i - 1 - j;
    if (budget < 0) return false;
  }
  return true;
}

/** Numbers the bucket of each value, and counts where each bucket begins. */
function fillBuckets(values: Float64Array, low: number, scale: number, count: number): void {
  if (spareKeys.length < values.length) spareKeys = new Uint32Array(values.length);
  if (spareStarts.length < count) spareStarts = new Uint32Array(count);
  const [keys, starts] = [spareKeys, spareStarts];
  starts.fill(0, 0, count);
  for (let i = 0; i < values.length; i += 1) {
    const place = ((values[i] ?? 0) - low) * scale + 1;
    const key = place < 0 ? 0 : place > count - 1 ? count - 1 : place | 0;
    keys[i] = key;
    starts[key] = (starts[key] ?? 0) + 1;
  }
  let sum = 0;
  for (let key = 0; key < count; key += 1) {
    const here = starts[key] ?? 0;
    starts[key] = sum;
    sum += here;
  }
}

/** Puts each value into its bucket; a bucket's start becomes its end. */
function scattered(values: Float64Array): Float64Array {
  const [keys, starts] = [spareKeys, spareStarts];
  const filled = new Float64Array(values.length);
  for (let i = 0; i < values.length; i += 1) {
    const key = keys[i] ?? 0;
    const place = starts[key] ?? 0;
    starts[key] = place + 1;
    filled[place] = values[i] ?? 0;
  }
  return filled;
}

/**
 * Doubles (no NaN) in ascending order, as a new array: one pass into as many even buckets as there are
 * values (Isaac & Singleton 1956), then insertion; values past the bulk are sorted by themselves.
 * Where the values crowd too much for that, by digits.
 */
export function sortedSpread(values: Float64Array): Float64Array {
  const bulk = values.length < FEW ? null : bulkOf(values);
  if (bulk === null) return sortDoubles(values.slice());
  const count = 2 ** Math.ceil(Math.log2(values.length));
  const [low, high] = bulk;
  fillBuckets(values, low, (count - 2) / (high - low), count);
  const filled = scattered(values);
  const [start = 0, end = 0] = [spareStarts[0], spareStarts[count - 2]];
  filled.subarray(0, start).sort();
  filled.subarray(end).sort();
  return insert(filled, start, end) ? filled : sortDoubles(filled);
}
