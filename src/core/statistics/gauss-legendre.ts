/** Places in [0, 1] and their weights, which sum to 1. */
export interface Quadrature {
  readonly nodes: Float64Array;
  readonly weights: Float64Array;
}

/**
 * Gauss-Legendre quadrature on [0, 1]: with `points` places it is exact for polynomials of degree
 * up to 2 points - 1. Roots of the Legendre polynomial by Newton's method (Abramowitz & Stegun 25.4.29).
 */
export function gaussLegendre(points: number): Quadrature {
  const nodes = new Float64Array(points);
  const weights = new Float64Array(points);
  for (let i = 0; i < points; i += 1) {
    let x = Math.cos((Math.PI * (i + 0.75)) / (points + 0.5));
    let slope = 1;
    for (let step = 0; step < 100; step += 1) {
      const [value, before] = legendre(points, x);
      slope = (points * (x * value - before)) / (x * x - 1);
      const next = x - value / slope;
      const near = Math.abs(next - x) < 1e-16;
      x = next;
      if (near) break;
    }
    nodes[i] = (1 - x) / 2;
    weights[i] = 1 / ((1 - x * x) * slope * slope);
  }
  return { nodes, weights };
}

/** Legendre polynomials of degree n and n - 1. */
function legendre(n: number, x: number): readonly [number, number] {
  let [before, value] = [1, x];
  for (let k = 2; k <= n; k += 1) {
    [before, value] = [value, ((2 * k - 1) * x * value - (k - 1) * before) / k];
  }
  return n === 0 ? [1, 0] : [value, before];
}
