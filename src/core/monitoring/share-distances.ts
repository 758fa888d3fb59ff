/** Shares of two samples over the same bins or categories. */
export interface PairedShares {
  readonly reference: readonly number[];
  readonly current: readonly number[];
}

const FILL = 0.0001;

/**
 * Zeros become .0001, or a millionth of the smallest share where that is not above .0001: Evidently's
 * rule (`get_binned_data(…, feel_zeroes=True)`).
 */
function zerosFilled(shares: readonly number[]): number[] {
  const smallest = Math.min(...shares.filter((share) => share > 0));
  const fill = smallest <= FILL ? smallest / 1e6 : FILL;
  return shares.map((share) => (share === 0 ? fill : share));
}

const total = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0);

/** Population stability index over filled shares, which are taken as they are. */
export function populationStability({ reference, current }: PairedShares): number {
  const [p, q] = [zerosFilled(reference), zerosFilled(current)];
  return total(p.map((share, i) => (share - (q[i] ?? 0)) * Math.log(share / (q[i] ?? 1))));
}

/** Kullback-Leibler divergence of filled shares, renormalised (`scipy.stats.entropy(p, q)`). */
export function kullbackLeibler({ reference, current }: PairedShares): number {
  const [p, q] = [zerosFilled(reference), zerosFilled(current)];
  const [sumP, sumQ] = [total(p), total(q)];
  return total(p.map((share, i) => (share / sumP) * Math.log(share / sumP / ((q[i] ?? 1) / sumQ))));
}

/** Jensen-Shannon distance, natural logarithm (`scipy.spatial.distance.jensenshannon`). */
export function jensenShannon({ reference, current }: PairedShares): number {
  const [sumP, sumQ] = [total(reference), total(current)];
  const part = (share: number, middle: number): number =>
    share > 0 ? share * Math.log(share / middle) : 0;
  const divergence = total(
    reference.map((one, i) => {
      const [p, q] = [one / sumP, (current[i] ?? 0) / sumQ];
      return part(p, (p + q) / 2) + part(q, (p + q) / 2);
    }),
  );
  return Math.sqrt(Math.max(0, divergence) / 2);
}

/** Total variation: the share of rows that would have to change. */
export function totalVariation({ reference, current }: PairedShares): number {
  return total(reference.map((share, i) => Math.abs(share - (current[i] ?? 0)))) / 2;
}
