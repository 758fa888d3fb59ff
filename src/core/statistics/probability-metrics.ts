/** How honest probabilities are. */
export interface ProbabilityMetrics {
  readonly logLoss: number;
  readonly brier: number;
  readonly ece: number;
}

const BINS = 15;

/** Loss of one probability in nats, clipped by the machine epsilon as scikit-learn clips it. */
export function rowLogLoss(label: number, probability: number): number {
  const chance = label === 1 ? probability : 1 - probability;
  return -Math.log(Math.min(1 - Number.EPSILON, Math.max(Number.EPSILON, chance)));
}

/**
 * Weighted log loss (nats), Brier score and expected calibration error over 15 equal-width bins
 * (gap between mean probability and share of positives, weighted by the bin's share of rows).
 * NaN where nothing has weight.
 */
export function probabilityMetrics(scored: {
  readonly labels: Uint8Array;
  readonly probabilities: Float64Array;
  readonly weights: Float64Array;
}): ProbabilityMetrics {
  const { labels, probabilities, weights } = scored;
  const gaps = new Float64Array(BINS);
  let [total, loss, squares] = [0, 0, 0];
  for (let i = 0; i < labels.length; i += 1) {
    const weight = weights[i] ?? 0;
    if (weight === 0) continue;
    const label = labels[i] ?? 0;
    const probability = probabilities[i] ?? 0;
    const gap = probability - label;
    const bin = Math.min(BINS - 1, Math.floor(probability * BINS));
    total += weight;
    loss += weight * rowLogLoss(label, probability);
    squares += weight * gap * gap;
    gaps[bin] = (gaps[bin] ?? 0) + weight * gap;
  }
  const miscalibration = gaps.reduce((sum, gap) => sum + Math.abs(gap), 0);
  return { logLoss: loss / total, brier: squares / total, ece: miscalibration / total };
}
