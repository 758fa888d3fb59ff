import { logGamma } from './special-functions.js';

const HALF_LOG_TWO_PI = 0.9189385332046727;
const ROOT_TWO_PI = Math.sqrt(2 * Math.PI);
const PI2 = Math.PI ** 2;
const SCALE = 2 ** 128;

type Matrix = Float64Array;

function product(a: Matrix, b: Matrix, m: number): Matrix {
  const c = new Float64Array(m * m);
  for (let i = 0; i < m; i += 1) {
    for (let k = 0; k < m; k += 1) {
      const factor = a[i * m + k] ?? 0;
      if (factor === 0) continue;
      for (let j = 0; j < m; j += 1) {
        c[i * m + j] = (c[i * m + j] ?? 0) + factor * (b[k * m + j] ?? 0);
      }
    }
  }
  return c;
}

/** Durbin's matrix H for d = (k - h) / n (Marsaglia, Tsang & Wang 2003). */
function durbinMatrix(k: number, h: number): Matrix {
  const m = 2 * k - 1;
  const matrix = new Float64Array(m * m);
  const inverseFactorial = new Float64Array(m + 1);
  inverseFactorial[0] = 1;
  for (let i = 1; i <= m; i += 1) inverseFactorial[i] = (inverseFactorial[i - 1] ?? 0) / i;
  for (let i = 0; i < m; i += 1) {
    for (let j = 1; j < m && j <= i + 1; j += 1) {
      matrix[i * m + j] = inverseFactorial[i + 1 - j] ?? 0;
    }
  }
  for (let i = 0; i < m; i += 1) {
    const edge = (1 - h ** (i + 1)) * (inverseFactorial[i + 1] ?? 0);
    matrix[i * m] = edge;
    matrix[(m - 1) * m + (m - 1 - i)] = edge;
  }
  const corner = 1 + Math.max(2 * h - 1, 0) ** m - 2 * h ** m;
  matrix[(m - 1) * m] = corner * (inverseFactorial[m] ?? 0);
  return matrix;
}

/** P(D_n <= d), exact: the middle of n!/n^n H^n. */
function durbin(n: number, d: number): number {
  const k = Math.ceil(n * d);
  const m = 2 * k - 1;
  const middle = (k - 1) * m + (k - 1);
  let base = durbinMatrix(k, k - n * d);
  let power: Matrix | null = null;
  let [exponent, baseExponent] = [0, 0];
  for (let left = n; left > 0; left = Math.floor(left / 2)) {
    if (left % 2 === 1) {
      power = power === null ? base : product(power, base, m);
      exponent += baseExponent;
    }
    base = product(base, base, m);
    baseExponent *= 2;
    if (Math.abs(base[middle] ?? 0) > SCALE) {
      base = base.map((value) => value / SCALE);
      baseExponent += 1;
    }
  }
  let p = power?.[middle] ?? 0;
  for (let i = 1; i <= n; i += 1) {
    p *= i / n;
    if (p < 1 / SCALE) {
      p *= SCALE;
      exponent -= 1;
    }
  }
  return p * SCALE ** exponent;
}

/** P(D_n <= d), the expansion of Pelz & Good (1976) in powers of n to the -1.5. */
function pelzGood(n: number, x: number): number {
  const z = Math.sqrt(n) * x;
  const z2 = z * z;
  const [z3, z4, z6] = [z2 * z, z2 * z2, z2 * z2 * z2];
  const q = Math.exp(-PI2 / 8 / z2);
  const most = Math.ceil((16 * z) / Math.PI);
  let [k0, k1, k2, k3] = [0, 0, 0, 0];
  for (let k = most; k > 0; k -= 1) {
    const m2 = (2 * k - 1) ** 2;
    const power = q ** (8 * k);
    k0 = k0 * power + 1;
    k1 = k1 * power - z2 + (PI2 / 4) * m2;
    const b2 = ((2 * z4 - 5 * z2) * PI2) / 4;
    const c2 = (PI2 ** 2 * (1 - 2 * z2)) / 16;
    k2 = k2 * power + 6 * z6 + 2 * z4 + b2 * m2 + c2 * m2 ** 2;
    const a3 = -30 * z6 - 90 * z4 * z4;
    const b3 = (PI2 * (135 * z4 - 96 * z6)) / 4;
    const c3 = (PI2 ** 2 * (-60 * z2 + 212 * z4)) / 16;
    const d3 = (PI2 ** 3 * (5 - 30 * z2)) / 64;
    k3 = k3 * power + a3 + b3 * m2 + c3 * m2 ** 2 + d3 * m2 ** 3;
  }
  const front = q * ROOT_TWO_PI;
  let [extra2, extra3] = [0, 0];
  const step = Math.exp(-PI2 / 2 / z2);
  for (let k = most; k > 0; k -= 1) {
    const power = k * k * step ** (k * k);
    extra2 += power;
    extra3 += (3 * z2 - PI2 * k * k) * power;
  }
  const second = (front * k2) / (72 * z ** 7) - (extra2 * PI2 * ROOT_TWO_PI) / (36 * z3);
  const third = (front * k3) / (6480 * z ** 10) + (extra3 * PI2 * ROOT_TWO_PI) / (216 * z6);
  return (front * k0) / z + (front * k1) / (6 * z4) / Math.sqrt(n) + second / n + third / n ** 1.5;
}

/** P(D_n^+ > x): Smirnov's sum (Birnbaum & Tingey 1951), each term by its logarithm. */
function oneSidedTail(n: number, x: number): number {
  let sum = 0;
  let logBinomial = 0;
  const last = Math.floor(n * (1 - x));
  for (let j = 0; j <= last; j += 1) {
    const reach = x + j / n;
    // What is left at the end: nothing to the power nothing.
    const rest = reach < 1 ? (n - j) * Math.log1p(-reach) : j === n ? 0 : -Infinity;
    sum += Math.exp(logBinomial + (j - 1) * Math.log(reach) + rest);
    logBinomial += Math.log((n - j) / (j + 1));
  }
  return x * sum;
}

/** ln(n! / n^n): by Stirling's series from ten on, where the two would cancel. */
function logFactorialOverPower(n: number): number {
  if (n < 10) return logGamma(n + 1) - n * Math.log(n);
  const w = 1 / (n * n);
  const series = (1 / 12 + w * (-1 / 360 + w * (1 / 1260 - w / 1680))) / n;
  return Math.log(n) / 2 - n + HALF_LOG_TWO_PI + series;
}

/** Where both tails at once are rarer than the error here: far out, sooner for many values. */
function isFarOut(n: number, x: number): boolean {
  return x >= 0.5 || n * x * x >= (n > 140 ? 2.2 : 4);
}

/** Where the expansion is not good enough and the matrix is small. */
function isForDurbin(n: number, x: number): boolean {
  return n <= 140 || (n <= 100_000 && n * x ** 1.5 <= 1.4);
}

/**
 * P(D_n > x) of the two-sided Kolmogorov statistic of n values (`scipy.stats.kstwo.sf`), by the
 * regions of Simard & L'Ecuyer (2011); absolute error below 1e-10.
 */
export function kolmogorovTail(n: number, x: number): number {
  const t = n * x;
  if (t <= 0.5) return 1;
  if (x >= 1) return 0;
  if (t <= 1) return 1 - Math.exp(logFactorialOverPower(n) + n * Math.log(2 * t - 1));
  if (t >= n - 1) return 2 * (1 - x) ** n;
  if (t * x >= 18 && n > 140) return 2 * Math.exp(-2 * t * x);
  if (isFarOut(n, x)) return clipped(2 * oneSidedTail(n, x));
  if (t * x < 0.048) return 1;
  return clipped(1 - (isForDurbin(n, x) ? durbin(n, x) : pelzGood(n, x)));
}

const clipped = (p: number): number => Math.min(1, Math.max(0, p));
