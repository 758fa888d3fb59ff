import { quantileOfSorted } from '../statistics/interval.js';
import type { NumericSample } from './drift-sample.js';
import type { PairedShares } from './share-distances.js';

/** Shares of two samples between the same edges (one more than there are shares). */
export interface PairedHistogram extends PairedShares {
  readonly edges: readonly number[];
}

function firstAtLeast(values: Float64Array, edge: number): number {
  let [low, high] = [0, values.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((values[middle] ?? 0) < edge) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Share of rows from each edge up to the next; the last bin holds its right edge too. */
function sharesBetween(
  { values, weights, count }: NumericSample,
  edges: readonly number[],
): number[] {
  const last = edges.length - 1;
  const places = edges.map((edge, i) => {
    // Past everything equal to the last edge.
    return i < last ? firstAtLeast(values, edge) : values.length;
  });
  return places.slice(1).map((end, i) => {
    const start = places[i] ?? 0;
    if (weights === undefined) return (end - start) / count;
    let sum = 0;
    for (let at = start; at < end; at += 1) sum += weights[at] ?? 0;
    return sum / count;
  });
}

function extent(reference: NumericSample, current: NumericSample): [number, number] {
  const [a, b] = [reference.values, current.values];
  return [Math.min(a[0] ?? 0, b[0] ?? 0), Math.max(a.at(-1) ?? 0, b.at(-1) ?? 0)];
}

/** Equal bins by Sturges' rule on both samples together (`numpy.histogram_bin_edges`). */
export function sturgesHistogram(
  reference: NumericSample,
  current: NumericSample,
): PairedHistogram {
  let [low, high] = extent(reference, current);
  const width = (high - low) / (Math.log2(reference.count + current.count) + 1);
  const bins = width > 0 ? Math.ceil((high - low) / width) : 1;
  if (low === high) [low, high] = [low - 0.5, high + 0.5];
  return histogramOver([low, high], bins, [reference, current]);
}

/**
 * Equal bins for the eye: the outermost .5 % on either side are drawn with the last bin, so that one
 * far value does not squeeze everything else into one bar.
 */
export function visibleHistogram(
  reference: NumericSample,
  current: NumericSample,
  bins = 30,
): PairedHistogram {
  const ends = (share: number): number[] =>
    [reference, current].map(({ values }) => quantileOfSorted(values, share));
  const [low, high] = [Math.min(...ends(0.005)), Math.max(...ends(0.995))];
  const span: [number, number] = low < high ? [low, high] : [low - 0.5, low + 0.5];
  const { edges, ...shares } = histogramOver(span, bins, [reference, current]);
  const before = (sample: NumericSample): number =>
    sharesBetween(sample, [-Infinity, edges[0] ?? 0, Infinity])[0] ?? 0;
  const withTails = (all: readonly number[], sample: NumericSample): number[] =>
    all.map((share, i) => (i === 0 ? share + before(sample) : share));
  return {
    edges,
    reference: withTails(shares.reference, reference),
    current: withTails(shares.current, current),
  };
}

function histogramOver(
  [low, high]: readonly [number, number],
  bins: number,
  [reference, current]: readonly [NumericSample, NumericSample],
): PairedHistogram {
  const step = (high - low) / bins;
  const edges = Array.from({ length: bins + 1 }, (_, i) => (i < bins ? i * step + low : high));
  return {
    edges,
    reference: sharesBetween(reference, edges),
    current: sharesBetween(current, edges),
  };
}
