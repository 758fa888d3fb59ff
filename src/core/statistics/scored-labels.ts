import { DomainError } from '../errors/domain-error.js';

/** What a classifier said (probability of the positive class) beside what was so (0/1), row by row. */
export interface ScoredLabels {
  readonly labels: Uint8Array;
  readonly probabilities: Float64Array;
  /** Non-negative; one per row where absent. */
  readonly weights?: Float64Array | undefined;
}

/**
 * Scored labels from the highest probability down, with their weights spelled out and what every
 * figure needs of a row worked out: other weights or labels may take the place of these.
 */
export interface RankedLabels {
  readonly labels: Uint8Array;
  readonly probabilities: Float64Array;
  readonly weights: Float64Array;
  /** 1 where the next row has another probability. */
  readonly isLast: Uint8Array;
  /** Which of fifteen equal-width bins the probability lies in. */
  readonly bins: Uint8Array;
  /** Log loss in nats, two a row: labelled 0, labelled 1. */
  readonly losses: Float64Array;
}

/** Bins of the expected calibration error. */
export const BINS = 15;

/** Loss of one probability in nats, clipped by the machine epsilon as scikit-learn clips it. */
export function rowLogLoss(label: number, probability: number): number {
  const chance = label === 1 ? probability : 1 - probability;
  return -Math.log(Math.min(1 - Number.EPSILON, Math.max(Number.EPSILON, chance)));
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
    isLast: new Uint8Array(rows),
    bins: new Uint8Array(rows),
    losses: new Float64Array(2 * rows),
  };
  order.forEach((row, rank) => {
    const probability = probabilities[row] ?? 0;
    ranked.labels[rank] = labels[row] ?? 0;
    ranked.probabilities[rank] = probability;
    ranked.weights[rank] = weights === undefined ? 1 : (weights[row] ?? 0);
    ranked.isLast[rank] = probabilities[order[rank + 1] ?? -1] === probability ? 0 : 1;
    ranked.bins[rank] = Math.min(BINS - 1, Math.floor(probability * BINS));
    ranked.losses[2 * rank] = rowLogLoss(0, probability);
    ranked.losses[2 * rank + 1] = rowLogLoss(1, probability);
  });
  return ranked;
}
