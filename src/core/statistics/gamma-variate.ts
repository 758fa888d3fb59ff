import { normalQuantile } from './special-functions.js';

/** One draw of a gamma variate with the given shape and scale 1 (Marsaglia & Tsang 2000). */
export function gammaVariate(shape: number, random: () => number): number {
  if (shape < 1) return gammaVariate(shape + 1, random) * Math.pow(1 - random(), 1 / shape);
  const d = shape - 1 / 3;
  const c = 1 / Math.sqrt(9 * d);
  for (;;) {
    const z = normalQuantile(1 - random());
    const v = Math.pow(1 + c * z, 3);
    if (v > 0 && Math.log(1 - random()) < (z * z) / 2 + d - d * v + d * Math.log(v)) return d * v;
  }
}
