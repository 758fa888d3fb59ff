import { kolmogorovTail } from './kolmogorov.js';

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}

/** Share of the paths through an n x n square that touch |x - y| = h (Gnedenko & Korolyuk 1951). */
function outsideSquare(n: number, h: number): number {
  let p = 0;
  for (let k = Math.floor(n / h); k >= 0; k -= 1) {
    let term = 1;
    for (let j = 0; j < h; j += 1) term *= (n - k * h - j) / (n + k * h + j + 1);
    p = term * (1 - p);
  }
  return 2 * p;
}

/** Share of the paths through an m x n rectangle (m > n) that leave the band of width h / lcm(m, n). */
function outsideBand([m, n]: readonly [number, number], divisor: number, h: number): number {
  const [mg, ng] = [m / divisor, n / divisor];
  let [from, end] = [0, Math.min(Math.ceil(h / mg), n + 1)];
  let length = end - from;
  const column = new Float64Array(Math.min(2 * end + 2, n + 1)).fill(1);
  column.fill(0, from, end);
  for (let i = 1; i <= m; i += 1) {
    const [lastFrom, lastLength] = [from, length];
    from = Math.min(Math.max(Math.floor((ng * i - h) / mg) + 1, 0), n);
    end = Math.min(Math.ceil((ng * i + h) / mg), n + 1);
    if (end <= from) return 1;
    let value = from === 0 ? 0 : 1;
    for (let j = from; j < end; j += 1) {
      value = ((column[j - lastFrom] ?? 1) * i + value * j) / (i + j);
      column[j - from] = value;
    }
    length = end - from;
    if (lastLength > length) column.fill(1, length, lastLength);
  }
  return column[length - 1] ?? 1;
}

/**
 * P(D >= d) of the two-sample statistic of n and m values without ties, exact by counting paths
 * (`scipy.stats.ks_2samp(…, method="exact")`); time grows with n m d.
 */
export function exactTwoSampleP(n: number, m: number, d: number): number {
  const divisor = greatestCommonDivisor(n, m);
  const h = Math.round(d * (n / divisor) * m);
  if (h === 0) return 1;
  const p =
    n === m ? outsideSquare(n, h) : outsideBand([Math.max(n, m), Math.min(n, m)], divisor, h);
  return Math.min(1, Math.max(0, p));
}

/** The same by the one-sample law at the effective size n m / (n + m) (`method="asymp"`). */
export function asymptoticTwoSampleP(n: number, m: number, d: number): number {
  return kolmogorovTail(roundHalfToEven((n * m) / (n + m)), d);
}

/** As NumPy rounds. */
function roundHalfToEven(value: number): number {
  const rounded = Math.round(value);
  return Math.abs(value % 1) === 0.5 && rounded % 2 !== 0 ? rounded - 1 : rounded;
}
