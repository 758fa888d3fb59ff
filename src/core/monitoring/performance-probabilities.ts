import type { LabelledAnswer } from './performance-answer.js';
import { scoredLabels } from './performance-answer.js';

/** How often which probability was said, of what failed and of what did not. */
export interface ProbabilityHistogram {
  /** From 0 to 1 in equal steps, one more than there are counts; a bin holds its lower edge, the last both. */
  readonly edges: readonly number[];
  /** Answers in each bin, a doubtful failure on either side by its chance. */
  readonly failures: readonly number[];
  readonly nonFailures: readonly number[];
}

const BINS = 20;

/** The said probabilities by class, in twenty bins (`numpy.histogram` with these edges). */
export function probabilityHistogram(answers: readonly LabelledAnswer[]): ProbabilityHistogram {
  const { labels, probabilities, weights } = scoredLabels(answers);
  const [failures, nonFailures] = [new Float64Array(BINS), new Float64Array(BINS)];
  labels.forEach((label, row) => {
    const counts = label === 1 ? failures : nonFailures;
    const bin = Math.min(BINS - 1, Math.floor((probabilities[row] ?? 0) * BINS));
    counts[bin] = (counts[bin] ?? 0) + (weights[row] ?? 0);
  });
  return {
    edges: Array.from({ length: BINS + 1 }, (_, i) => i / BINS),
    failures: [...failures],
    nonFailures: [...nonFailures],
  };
}
