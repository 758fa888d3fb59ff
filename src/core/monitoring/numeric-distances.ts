import type { NumericSample } from './drift-sample.js';

/** How far two distribution functions are apart. */
export interface NumericDistances {
  /** The largest gap between them (Kolmogorov-Smirnov). */
  readonly ks: number;
  /** The area between them (`scipy.stats.wasserstein_distance`), in the column's own unit. */
  readonly wasserstein: number;
}

const at = (values: Float64Array, i: number): number => values[i] ?? Infinity;

/** The first place from `start` on whose value is above x. */
function firstAbove(values: Float64Array, start: number, x: number): number {
  let i = start;
  while (at(values, i) <= x) i += 1;
  return i;
}

/** Compares two samples, neither of them empty, in one pass over both. */
export function numericDistances(
  reference: NumericSample,
  current: NumericSample,
): NumericDistances {
  const isWeighted = reference.weights !== undefined || current.weights !== undefined;
  if (isWeighted) return weightedDistances(reference, current);
  const found = plainDistances(reference.values, current.values);
  if (Number.isFinite(found.wasserstein)) return found;
  // So many parts of so huge a value overflow; shares of it do not.
  return { ...found, wasserstein: weightedDistances(reference, current).wasserstein };
}

/** Two samples and how far each has been looked through. */
interface Merged {
  readonly one: Float64Array;
  readonly i: number;
  readonly other: Float64Array;
  readonly j: number;
}

function plainDistances(a: Float64Array, b: Float64Array): NumericDistances {
  const [n, m] = [a.length, b.length];
  // Of n m parts, so that they are whole numbers: how much more of the one lies below than of the other.
  let [i, j, gap, most, area] = [0, 0, 0, 0, 0];
  let x = Math.min(at(a, 0), at(b, 0));
  while (i < n && j < m) {
    const one = a[i] ?? 0;
    const other = b[j] ?? 0;
    const next = one < other ? one : other;
    // Between equal values there is no gap yet: some of them are still to come.
    if (next > x) {
      const size = Math.abs(gap);
      area += size * (next - x);
      if (size > most) most = size;
      x = next;
    }
    // Added, not jumped over: which of the two is next cannot be foretold.
    const isOne = one <= other ? 1 : 0;
    const isOther = other <= one ? 1 : 0;
    i += isOne;
    j += isOther;
    gap += isOne * m - isOther * n;
  }
  const [ks, wasserstein] = [most / (n * m), area / (n * m)];
  return withRest({ ks, wasserstein }, { one: a, i, other: b, j }, x);
}

/** With what is past the end of one sample; up to x both are compared. */
function withRest(
  { ks, wasserstein }: NumericDistances,
  { one, i, other, j }: Merged,
  x: number,
): NumericDistances {
  const [rest, reached] = i < one.length ? [one, i] : [other, j];
  const from = firstAbove(rest, reached, x);
  if (from === rest.length) return { ks, wasserstein };
  const last = 1 - from / rest.length;
  return {
    ks: Math.max(ks, last),
    wasserstein: wasserstein + last * (at(rest, from) - x) + restOfArea(rest, from),
  };
}

/** The area past the end of the other sample, from the value at `from` on. */
function restOfArea(values: Float64Array, from: number): number {
  const n = values.length;
  let area = 0;
  // Up to its next value so many of the values lie below.
  for (let i = from + 1; i < n; i += 1) area += (1 - i / n) * (at(values, i) - at(values, i - 1));
  return area;
}

/** Every value of a sample with the share of rows up to it. */
function shares({ values, weights, count }: NumericSample): Float64Array {
  let below = 0;
  return values.map((_, i) => (below += weights?.[i] ?? 1) / count);
}

function weightedDistances(reference: NumericSample, current: NumericSample): NumericDistances {
  const [a, b] = [reference.values, current.values];
  const [upToA, upToB] = [shares(reference), shares(current)];
  let [i, j, ks, area] = [0, 0, 0, 0];
  let x = Math.min(at(a, 0), at(b, 0));
  while (i < a.length || j < b.length) {
    i = firstAbove(a, i, x);
    j = firstAbove(b, j, x);
    const gap = Math.abs((upToA[i - 1] ?? 0) - (upToB[j - 1] ?? 0));
    ks = Math.max(ks, gap);
    const next = Math.min(at(a, i), at(b, j));
    if (next < Infinity) area += gap * (next - x);
    x = next;
  }
  return { ks, wasserstein: area };
}
