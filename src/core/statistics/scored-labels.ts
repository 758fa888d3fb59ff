import { DomainError } from '../errors/domain-error.js';

/** What a classifier said (probability of the positive class) beside what was so (0/1), row by row. */
export interface ScoredLabels {
  readonly labels: Uint8Array;
  readonly probabilities: Float64Array;
  /** Non-negative; one per row where absent. */
  readonly weights?: Float64Array | undefined;
}

/** Scored labels from the highest probability down, with their weights spelled out. */
export interface RankedLabels {
  readonly labels: Uint8Array;
  readonly probabilities: Float64Array;
  readonly weights: Float64Array;
}

/** The rows from the highest probability down; rows that tie stay as they were. */
export function rankOrder(probabilities: Float64Array): Uint32Array {
  const order = Uint32Array.from(probabilities, (_, row) => row);
  return order.sort((a, b) => (probabilities[b] ?? 0) - (probabilities[a] ?? 0));
}

/** Puts labels in the order of their rank; refuses lengths that differ. */
export function rankLabels(
  scored: ScoredLabels,
  order = rankOrder(scored.probabilities),
): RankedLabels {
  const { labels, probabilities, weights } = scored;
  const rows = labels.length;
  if (probabilities.length !== rows || (weights !== undefined && weights.length !== rows)) {
    throw new DomainError('length-mismatch', 'Labels, probabilities and weights differ in length.');
  }
  const ranked = {
    labels: new Uint8Array(rows),
    probabilities: new Float64Array(rows),
    weights: new Float64Array(rows),
  };
  order.forEach((row, rank) => {
    ranked.labels[rank] = labels[row] ?? 0;
    ranked.probabilities[rank] = probabilities[row] ?? 0;
    ranked.weights[rank] = weights === undefined ? 1 : (weights[row] ?? 0);
  });
  return ranked;
}
