const HALF_LOG_TWO_PI = 0.9189385332046727;

/**
 * Natural logarithm of the gamma function for x > 0, its error about 1e-14 of it or of 1, whichever
 * is larger (Stirling's series from 10 on, the recurrence below; Abramowitz & Stegun 6.1.15, 6.1.41).
 */
export function logGamma(x: number): number {
  let product = 1;
  let z = x;
  while (z < 10) {
    product *= z;
    z += 1;
  }
  const w = 1 / (z * z);
  const series =
    (1 / 12 +
      w * (-1 / 360 + w * (1 / 1260 + w * (-1 / 1680 + w * (1 / 1188 - (w * 691) / 360360))))) /
    z;
  const large = (z - 0.5) * Math.log(z) - z + HALF_LOG_TWO_PI + series;
  return product === 1 ? large : large - Math.log(product);
}

/** Natural logarithm of the beta function for a, b > 0. */
export function logBeta(a: number, b: number): number {
  return logGamma(a) + logGamma(b) - logGamma(a + b);
}

function betaContinuedFraction(x: number, a: number, b: number): number {
  const tiny = 1e-300;
  const guard = (value: number): number => (Math.abs(value) < tiny ? tiny : value);
  let c = 1;
  let d = 1 / guard(1 - ((a + b) * x) / (a + 1));
  let result = d;
  for (let m = 1; m <= 10_000; m += 1) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 / guard(1 + even * d);
    c = guard(1 + even / c);
    result *= d * c;
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / guard(1 + odd * d);
    c = guard(1 + odd / c);
    const change = d * c;
    result *= change;
    if (Math.abs(change - 1) < 1e-14) break;
  }
  return result;
}

/** Regularised incomplete beta function I_x(a, b) (continued fraction, Numerical Recipes 6.4). */
export function regularizedBeta(x: number, a: number, b: number): number {
  if (x <= 0) return 0;
  if (x >= 1) return 1;
  const front = Math.exp(a * Math.log(x) + b * Math.log1p(-x) - logBeta(a, b));
  return x < (a + 1) / (a + b + 2)
    ? (front * betaContinuedFraction(x, a, b)) / a
    : 1 - (front * betaContinuedFraction(1 - x, b, a)) / b;
}

/** Chebyshev coefficients of the error function (Numerical Recipes, 3rd edition, 6.2.2). */
const ERROR_FUNCTION = [
  -1.3026537197817094, 0.6419697923564902, 0.019476473204185836, -0.009561514786808631,
  -0.000946595344482036, 0.000366839497852761, 0.000042523324806907, -0.000020278578112534,
  -0.000001624290004647, 0.00000130365583558, 1.5626441722e-8, -8.5238095915e-8, 6.529054439e-9,
  5.059343495e-9, -9.91364156e-10, -2.27365122e-10, 9.6467911e-11, 2.394038e-12, -6.886027e-12,
  8.94487e-13, 3.13092e-13, -1.12708e-13, 3.81e-16, 7.106e-15, -1.523e-15, -9.4e-17, 1.21e-16,
  -2.8e-17,
];

/** Complementary error function, relative error below 1e-13 for x up to 25. */
function erfc(x: number): number {
  const size = Math.abs(x);
  const t = 2 / (2 + size);
  const y = 4 * t - 2;
  let [sum, before] = [0, 0];
  for (let j = ERROR_FUNCTION.length - 1; j > 0; j -= 1) {
    [sum, before] = [y * sum - before + (ERROR_FUNCTION[j] ?? 0), sum];
  }
  const tail = t * Math.exp(-size * size + ((ERROR_FUNCTION[0] ?? 0) + y * sum) / 2 - before);
  return x >= 0 ? tail : 2 - tail;
}

/** Standard normal distribution function. */
export function normalCdf(z: number): number {
  return 0.5 * erfc(-z / Math.SQRT2);
}

const CENTRE = {
  top: [
    -39.69683028665376, 220.9460984245205, -275.9285104469687, 138.357751867269, -30.66479806614716,
    2.506628277459239,
  ],
  bottom: [
    -54.47609879822406, 161.5858368580409, -155.6989798598866, 66.80131188771972,
    -13.28068155288572, 1,
  ],
};
const TAIL = {
  top: [
    -0.007784894002430293, -0.3223964580411365, -2.400758277161838, -2.549732539343734,
    4.374664141464968, 2.938163982698783,
  ],
  bottom: [0.007784695709041462, 0.3224671290700398, 2.445134137142996, 3.754408661907416, 1],
};

const horner = (coefficients: readonly number[], x: number): number =>
  coefficients.reduce((sum, coefficient) => sum * x + coefficient, 0);

/** Standard normal quantile, relative error below 1.2e-9 (Acklam 2003). */
export function normalQuantile(p: number): number {
  if (p <= 0) return -Infinity;
  if (p >= 1) return Infinity;
  if (p > 0.5) return -normalQuantile(1 - p);
  if (p < 0.02425) {
    const q = Math.sqrt(-2 * Math.log(p));
    return horner(TAIL.top, q) / horner(TAIL.bottom, q);
  }
  const q = p - 0.5;
  return (horner(CENTRE.top, q * q) * q) / horner(CENTRE.bottom, q * q);
}
