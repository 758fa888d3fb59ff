import type { EncodedTable } from '../features/encoding.js';

/** The logistic function, exact in both tails. */
export function sigmoid(margin: number): number {
  if (margin >= 0) return 1 / (1 + Math.exp(-margin));
  const odds = Math.exp(margin);
  return odds / (1 + odds);
}

/** Log-odds of a probability strictly between 0 and 1. */
export function logOdds(probability: number): number {
  return Math.log(probability / (1 - probability));
}

/** Intercept plus weighted sum of one encoded row; `weights` holds the intercept first. */
export function marginOf(encoded: EncodedTable, row: number, weights: Float64Array): number {
  const { numeric, numericWidth, codes, codeWidth } = encoded;
  let margin = weights[0] ?? 0;
  const from = row * numericWidth;
  for (let j = 0; j < numericWidth; j += 1) {
    margin += (numeric[from + j] ?? 0) * (weights[j + 1] ?? 0);
  }
  const code = row * codeWidth;
  for (let j = 0; j < codeWidth; j += 1) {
    // Column -1 (no category) must not read the intercept at 0.
    const column = codes[code + j] ?? -1;
    if (column >= 0) margin += weights[column + 1] ?? 0;
  }
  return margin;
}
