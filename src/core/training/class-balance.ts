import type { TrainingSet } from './classifier.js';

/** The weight of positive and of negative rows, or why no classifier can be learned from them. */
export type ClassBalance =
  | { readonly kind: 'both'; readonly positives: number; readonly negatives: number }
  | { readonly kind: 'one-sided'; readonly reason: string };

/** Weighs both classes; one without weight leaves nothing to tell apart. */
export function classBalance(set: TrainingSet): ClassBalance {
  let [positives, negatives] = [0, 0];
  set.labels.forEach((label, row) => {
    const weight = set.weights[row] ?? 0;
    if (label === 1) positives += weight;
    else negatives += weight;
  });
  if (positives > 0 && negatives > 0) return { kind: 'both', positives, negatives };
  const present = positives > 0 ? 'positive' : 'negative';
  const reason =
    positives + negatives > 0
      ? `All ${set.labels.length} rows are ${present}: there is nothing to tell apart.`
      : 'There are no rows to learn from.';
  return { kind: 'one-sided', reason };
}
