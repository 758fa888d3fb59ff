/** Members' logits of some rows (rows x members) with the rows' 0/1 labels and weights. */
export interface JudgedLogits {
  readonly logits: Float32Array;
  readonly members: number;
  readonly labels: Uint8Array;
  readonly weights: Float64Array;
}

/** The least log loss that one factor on every logit can give, and that factor. */
export interface Refinement {
  readonly logLoss: number;
  readonly sharpness: number;
}

/** Factors from 1/20 to 20, by their logarithm. */
const WIDEST = Math.log(20);
const ROUNDS = 24;
const GOLDEN = (Math.sqrt(5) - 1) / 2;

/**
 * What remains of the log loss of the mean probability once its temperature is right: how well the
 * rows are told apart, whatever the confidence.
 *
 * @see Berta, Holzmüller, Jordan & Bach, "Rethinking Early Stopping: Refine, Then Calibrate" (2025).
 */
export function refinement(judged: JudgedLogits): Refinement {
  const at = (log: number): number => logLossAt(judged, Math.exp(log));
  let [low, high] = [-WIDEST, WIDEST];
  let [left, right] = [high - GOLDEN * (high - low), low + GOLDEN * (high - low)];
  let [leftLoss, rightLoss] = [at(left), at(right)];
  for (let round = 0; round < ROUNDS; round += 1) {
    if (leftLoss <= rightLoss) {
      [high, right, rightLoss] = [right, left, leftLoss];
      left = high - GOLDEN * (high - low);
      leftLoss = at(left);
    } else {
      [low, left, leftLoss] = [left, right, rightLoss];
      right = low + GOLDEN * (high - low);
      rightLoss = at(right);
    }
  }
  const sharpness = Math.exp((low + high) / 2);
  return { logLoss: logLossAt(judged, sharpness), sharpness };
}

function logLossAt({ logits, members, labels, weights }: JudgedLogits, sharpness: number): number {
  let [sum, total] = [0, 0];
  for (let row = 0; row < labels.length; row += 1) {
    const factor = labels[row] === 1 ? -sharpness : sharpness;
    let right = 0;
    for (let at = row * members; at < (row + 1) * members; at += 1) {
      right += 1 / (1 + Math.exp(factor * (logits[at] ?? 0)));
    }
    const weight = weights[row] ?? 0;
    sum -= weight * Math.log(Math.max(right / members, 1e-15));
    total += weight;
  }
  return sum / total;
}
