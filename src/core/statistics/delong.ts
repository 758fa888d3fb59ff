import type { Interval } from './interval.js';
import type { ScoredLabels } from './scored-labels.js';

// Standard errors from an estimate to either end of its 90 % interval.
const NORMAL_95 = 1.6448536269514722;

/** Ranks from 1 of values, ties sharing their mean. */
function midranks(values: Float64Array): Float64Array {
  const order = Uint32Array.from(values, (_, i) => i);
  order.sort((a, b) => (values[a] ?? 0) - (values[b] ?? 0));
  const ranks = new Float64Array(values.length);
  for (let first = 0; first < order.length;) {
    let end = first + 1;
    const value = values[order[first] ?? 0];
    while (end < order.length && values[order[end] ?? 0] === value) end += 1;
    for (let i = first; i < end; i += 1) ranks[order[i] ?? 0] = (first + end + 1) / 2;
    first = end;
  }
  return ranks;
}

function variance(values: Float64Array): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1);
}

/**
 * The 90 % interval of a ROC-AUC by DeLong, DeLong & Clarke-Pearson 1988, by midranks (Sun & Xu
 * 2014); rows count alike and are taken to be independent. NaN where a class has fewer than two.
 */
export function deLongInterval({ labels, probabilities }: ScoredLabels): Interval {
  const of = (label: 0 | 1): Float64Array =>
    probabilities.filter((_, row) => (labels[row] ?? 0) === label);
  const [positives, negatives] = [of(1), of(0)];
  const [m, n] = [positives.length, negatives.length];
  if (m < 2 || n < 2) return [Number.NaN, Number.NaN];
  const together = new Float64Array(m + n);
  together.set(positives);
  together.set(negatives, m);
  const ranks = midranks(together);
  const own = [midranks(positives), midranks(negatives)] as const;
  // How much of the other class each row lies above.
  const above = own[0].map((rank, i) => ((ranks[i] ?? 0) - rank) / n);
  const below = own[1].map((rank, i) => 1 - ((ranks[m + i] ?? 0) - rank) / m);
  const area = above.reduce((sum, share) => sum + share, 0) / m;
  const error = Math.sqrt(variance(above) / m + variance(below) / n);
  return [Math.max(0, area - NORMAL_95 * error), Math.min(1, area + NORMAL_95 * error)];
}
