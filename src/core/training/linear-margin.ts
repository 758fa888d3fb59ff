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
