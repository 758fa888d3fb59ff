import type { EncodedTable } from '../features/encoding.js';

/** Weights (intercept first) and, for each column, the number of the feature that it stems from. */
export interface LinearParts {
  readonly weights: Float64Array;
  readonly sources: Int32Array;
  readonly features: number;
}

/** One row's margin without the intercept, summed back to the source features. */
export function rowContributions(
  encoded: EncodedTable,
  row: number,
  { weights, sources, features }: LinearParts,
): Float64Array {
  const { numeric, numericWidth, codes, codeWidth } = encoded;
  const contributions = new Float64Array(features);
  const add = (column: number, value: number): void => {
    const source = sources[column] ?? 0;
    contributions[source] = (contributions[source] ?? 0) + value * (weights[column + 1] ?? 0);
  };
  for (let j = 0; j < numericWidth; j += 1) add(j, numeric[row * numericWidth + j] ?? 0);
  for (let which = 0; which < codeWidth; which += 1) {
    const column = codes[row * codeWidth + which] ?? -1;
    if (column >= 0) add(column, 1);
  }
  return contributions;
}

/**
 * What each feature contributes when it says nothing: its mean over the training rows, plus a share
 * (by its variance) of what the mean row's log-odds differ from the base rate's, since the mean of
 * log-odds is not the log-odds of the mean. Intercept + references = base log-odds, exactly.
 */
export function referenceContributions(
  parts: LinearParts & { readonly encoded: EncodedTable; readonly rowWeights: Float64Array },
  baseLogOdds: number,
): number[] {
  const { encoded, rowWeights, features } = parts;
  const sums = new Float64Array(features);
  const squares = new Float64Array(features);
  let total = 0;
  for (let row = 0; row < encoded.rows; row += 1) {
    const weight = rowWeights[row] ?? 0;
    total += weight;
    rowContributions(encoded, row, parts).forEach((contribution, feature) => {
      sums[feature] = (sums[feature] ?? 0) + weight * contribution;
      squares[feature] = (squares[feature] ?? 0) + weight * contribution * contribution;
    });
  }
  const means = Array.from(sums, (sum) => sum / total);
  const spread = means.map((mean, f) => Math.max(0, (squares[f] ?? 0) / total - mean * mean));
  const wholeSpread = spread.reduce((sum, variance) => sum + variance, 0);
  const reached = means.reduce((sum, mean) => sum + mean, parts.weights[0] ?? 0);
  const rest = baseLogOdds - reached;
  return means.map((mean, feature) => {
    const share = wholeSpread > 0 ? (spread[feature] ?? 0) / wholeSpread : 1 / features;
    return mean + rest * share;
  });
}
