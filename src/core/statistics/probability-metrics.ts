import type { RankedLabels } from './scored-labels.js';
import { BINS } from './scored-labels.js';

/** How honest probabilities are. */
export interface ProbabilityMetrics {
  readonly logLoss: number;
  readonly brier: number;
  readonly ece: number;
}

/**
 * Weighted log loss (nats), Brier score and expected calibration error over 15 equal-width bins
 * (gap between mean probability and share of positives, weighted by the bin's share of rows).
 * NaN where nothing has weight.
 */
export function probabilityMetrics(ranked: RankedLabels): ProbabilityMetrics {
  const { labels, probabilities, weights, bins, losses } = ranked;
  const gaps = new Float64Array(BINS);
  let [total, loss, squares] = [0, 0, 0];
  for (let rank = 0; rank < labels.length; rank += 1) {
    const weight = weights[rank] ?? 0;
    if (weight === 0) continue;
    const label = labels[rank] ?? 0;
    const gap = (probabilities[rank] ?? 0) - label;
    const bin = bins[rank] ?? 0;
    total += weight;
    loss += weight * (losses[2 * rank + label] ?? 0);
    squares += weight * gap * gap;
    gaps[bin] = (gaps[bin] ?? 0) + weight * gap;
  }
  const miscalibration = gaps.reduce((sum, gap) => sum + Math.abs(gap), 0);
  return { logLoss: loss / total, brier: squares / total, ece: miscalibration / total };
}
