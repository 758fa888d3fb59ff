import type { RankedLabels } from './scored-labels.js';

/** How well positives are ranked above negatives. */
export interface RankingMetrics {
  readonly rocAuc: number;
  readonly prAuc: number;
}

/**
 * Area under the ROC curve (ties count half: midrank, Mann-Whitney) and average precision
 * (sum of recall steps times precision, not interpolated, as scikit-learn's
 * `average_precision_score`). NaN where one class has no weight.
 */
export function rankingMetrics(ranked: RankedLabels): RankingMetrics {
  const { labels, weights, isLast } = ranked;
  let [positives, negatives] = [0, 0];
  let [area, precision] = [0, 0];
  let [tiedPositives, tiedNegatives] = [0, 0];
  for (let i = 0; i < labels.length; i += 1) {
    const weight = weights[i] ?? 0;
    if (labels[i] === 1) tiedPositives += weight;
    else tiedNegatives += weight;
    // One threshold per distinct probability: rows that tie enter together.
    if (isLast[i] === 0) continue;
    area += tiedNegatives * (positives + tiedPositives / 2);
    positives += tiedPositives;
    negatives += tiedNegatives;
    if (tiedPositives > 0) precision += (tiedPositives * positives) / (positives + negatives);
    [tiedPositives, tiedNegatives] = [0, 0];
  }
  if (positives === 0 || negatives === 0) return { rocAuc: Number.NaN, prAuc: Number.NaN };
  return { rocAuc: area / (positives * negatives), prAuc: precision / positives };
}
