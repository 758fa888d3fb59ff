import { rankLabels } from '../statistics/scored-labels.js';
import type { LabelledAnswer } from './performance-answer.js';
import { scoredLabels } from './performance-answer.js';

/** What share of the failures was given at least a probability, and what share of the others was. */
export interface RocPoint {
  /** Null at the origin, where nothing is told of. */
  readonly probability: number | null;
  /** 0..1: the false alarms, of all that did not fail. */
  readonly falsePositiveRate: number;
  /** 0..1: the true positive rate. */
  readonly recall: number;
}

/** The ROC curve of the labels as they are, and as weighted for which labels were observed. */
export interface RocCurves {
  readonly naive: readonly RocPoint[];
  readonly weighted: readonly RocPoint[];
}

/** Both rates together go from 0 to 2, in so many cells. */
const CELLS = 100;

const cellOf = ({ falsePositiveRate, recall }: RocPoint): number =>
  Math.min(CELLS - 1, Math.floor(((falsePositiveRate + recall) / 2) * CELLS));

/**
 * Keeps the first and the last point of each cell, where there are more than that. Both rates only
 * rise, so no point left out is further than .0071 from the line between those that are kept.
 */
function thinned(points: readonly RocPoint[]): readonly RocPoint[] {
  if (points.length <= 2 * CELLS) return points;
  const cells = points.map(cellOf);
  return points.filter((_, i) => cells[i] !== cells[i - 1] || cells[i] !== cells[i + 1]);
}

/**
 * The ROC curve from (0, 0) to (1, 1), at most 200 points: those of scikit-learn's `roc_curve` with
 * `drop_intermediate=False`, answers that tie in one step, a doubtful failure as a part of one. By
 * trapezoids it encloses `rocAuc`. Empty where none failed or all did.
 *
 * @param weights one per answer; one each where absent
 */
export function rocCurve(
  answers: readonly LabelledAnswer[],
  weights?: Float64Array,
): readonly RocPoint[] {
  const ranked = rankLabels(scoredLabels(answers, weights));
  const steps: { probability: number | null; others: number; failures: number }[] = [];
  let [others, failures] = [0, 0];
  steps.push({ probability: null, others, failures });
  ranked.labels.forEach((label, rank) => {
    const weight = ranked.weights[rank] ?? 0;
    if (label === 1) failures += weight;
    else others += weight;
    const probability = ranked.probabilities[rank] ?? 0;
    if (ranked.isLast[rank] === 1) steps.push({ probability, others, failures });
  });
  if (others === 0 || failures === 0) return [];
  return thinned(
    steps.map((step) => ({
      probability: step.probability,
      falsePositiveRate: step.others / others,
      recall: step.failures / failures,
    })),
  );
}
