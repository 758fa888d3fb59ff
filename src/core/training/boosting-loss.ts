import { rowLogLoss } from '../statistics/scored-labels.js';
import { logOdds, sigmoid } from './linear-margin.js';

/** Rows to be boosted on, by row number: what is to be said, and how much each counts. */
export interface BoostingTargets {
  readonly targets: ArrayLike<number>;
  readonly weights: Float64Array;
}

/** What boosting is to lessen: any loss of a score with a gradient and a hessian. */
export interface BoostingLoss {
  /** The one score that is best for all of these rows. */
  start(on: BoostingTargets, rows: Int32Array): number;
  /** Writes gradient and hessian of these rows' loss by their scores, side by side, times weight. */
  derive(on: BoostingTargets, rows: Int32Array, at: BoostingDerivatives): void;
  /** Loss of one score. */
  of(target: number, score: number): number;
}

/** Scores by row, and where their derivatives go. */
export interface BoostingDerivatives {
  readonly scores: Float64Array;
  readonly derivatives: Float32Array;
}

/** Log loss of 0/1 targets (nats); scores are log-odds. */
export const binaryLogLoss: BoostingLoss = {
  start({ targets, weights }, rows) {
    let [positives, total] = [0, 0];
    for (const row of rows) {
      const weight = weights[row] ?? 0;
      total += weight;
      positives += weight * (targets[row] ?? 0);
    }
    return logOdds(positives / total);
  },
  derive({ targets, weights }, rows, { scores, derivatives }) {
    for (const row of rows) {
      const weight = weights[row] ?? 0;
      const probability = sigmoid(scores[row] ?? 0);
      derivatives[2 * row] = weight * (probability - (targets[row] ?? 0));
      derivatives[2 * row + 1] = weight * probability * (1 - probability);
    }
  },
  of: (target, score) => rowLogLoss(target, sigmoid(score)),
};
