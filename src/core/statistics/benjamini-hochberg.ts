/**
 * P values adjusted for the false discovery rate of independent or positively dependent tests, in the
 * order given (Benjamini & Hochberg 1995).
 */
export function adjustedPValues(pValues: readonly number[]): number[] {
  const order = pValues.map((p, index) => ({ p, index })).sort((a, b) => b.p - a.p);
  const adjusted = new Array<number>(pValues.length).fill(1);
  let smallest = 1;
  order.forEach(({ p, index }, position) => {
    smallest = Math.min(smallest, (p * order.length) / (order.length - position));
    adjusted[index] = smallest;
  });
  return adjusted;
}
