/** How the tests depend: BH for independent or positively dependent ones, BY for any dependence. */
export type Dependence = 'positive' | 'any';

/**
 * P values adjusted for the false discovery rate, in the order given (Benjamini & Hochberg 1995;
 * Benjamini & Yekutieli 2001 for any dependence). `tests` is the size of the family where it is
 * larger than the list.
 */
export function adjustedPValues(
  pValues: readonly number[],
  dependence: Dependence = 'positive',
  tests: number = pValues.length,
): number[] {
  let factor = tests;
  if (dependence === 'any') {
    let harmonic = 0;
    for (let i = 1; i <= tests; i += 1) harmonic += 1 / i;
    factor *= harmonic;
  }
  const order = pValues.map((p, index) => ({ p, index })).sort((a, b) => b.p - a.p);
  const adjusted = new Array<number>(pValues.length).fill(1);
  let smallest = 1;
  order.forEach(({ p, index }, position) => {
    smallest = Math.min(smallest, (p * factor) / (order.length - position));
    adjusted[index] = smallest;
  });
  return adjusted;
}
