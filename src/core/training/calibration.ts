import { DomainError } from '../errors/domain-error.js';

/**
 * How log-odds are turned into honest ones; every kind rises with its input. `beta` is
 * c - a softplus(-z) + b softplus(z) (Kull, Silva Filho & Flach 2017: a ln p - b ln(1 - p) + c);
 * `venn-abers` is linear between its knots and flat beyond them.
 */
export type Calibration =
  | { readonly kind: 'identity' }
  | { readonly kind: 'temperature'; readonly slope: number }
  | { readonly kind: 'beta'; readonly a: number; readonly b: number; readonly c: number }
  | {
      readonly kind: 'venn-abers';
      /** Log-odds that went in, ascending. */
      readonly knots: readonly number[];
      /** Log-odds that come out, one per knot. */
      readonly values: readonly number[];
    };

/** Rows that a calibration is learned from: log-odds of rows that the model had not seen. */
export interface HeldOutOdds {
  readonly logOdds: Float64Array;
  readonly labels: Uint8Array;
  readonly weights: Float64Array;
}

/** One calibrated log-odds. */
export function calibrated(calibration: Calibration, logOdds: number): number {
  switch (calibration.kind) {
    case 'identity':
      return logOdds;
    case 'temperature':
      return calibration.slope * logOdds;
    case 'beta': {
      const { a, b, c } = calibration;
      return c - a * softplus(-logOdds) + b * softplus(logOdds);
    }
    case 'venn-abers':
      return interpolated(calibration, logOdds);
  }
}

/** ln(1 + exp(x)) without overflow. */
export function softplus(x: number): number {
  return x > 0 ? x + Math.log1p(Math.exp(-x)) : Math.log1p(Math.exp(x));
}

/** Reads a calibration back from JSON; refuses what is not such (`bad-artefact`). */
export function parseCalibration(value: unknown): Calibration {
  const has = (typeof value === 'object' && value !== null ? value : {}) as Has;
  const parse = PARSERS[String(has['kind'])];
  const parsed = parse?.(has) ?? null;
  if (parsed !== null) return parsed;
  throw new DomainError('bad-artefact', 'These are not the parameters of a calibration.');
}

type Has = Partial<Record<string, unknown>>;

const PARSERS: Readonly<Record<string, (has: Has) => Calibration | null>> = {
  identity: () => ({ kind: 'identity' }),
  temperature: ({ slope }) => (isNumber(slope) ? { kind: 'temperature', slope } : null),
  beta: ({ a, b, c }) =>
    isNumber(a) && isNumber(b) && isNumber(c) ? { kind: 'beta', a, b, c } : null,
  'venn-abers': ({ knots, values }) => {
    if (!areNumbers(knots) || !areNumbers(values)) return null;
    const fits = knots.length > 0 && knots.length === values.length;
    return fits ? { kind: 'venn-abers', knots, values } : null;
  },
};

function interpolated(
  { knots, values }: Extract<Calibration, { kind: 'venn-abers' }>,
  logOdds: number,
): number {
  const high = knotAbove(knots, logOdds);
  const last = values.length - 1;
  if (high === 0 || high > last) return values[Math.min(high, last)] ?? Number.NaN;
  const [x0 = 0, x1 = 0] = knots.slice(high - 1, high + 1);
  const [y0 = 0, y1 = 0] = values.slice(high - 1, high + 1);
  return y0 + (y1 - y0) * ((logOdds - x0) / (x1 - x0));
}

/** The number of the first knot above a value; how many there are where none is. */
function knotAbove(knots: readonly number[], value: number): number {
  let [low, high] = [0, knots.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((knots[middle] ?? 0) > value) high = middle;
    else low = middle + 1;
  }
  return low;
}

function isNumber(value: unknown): value is number {
  return typeof value === 'number';
}

function areNumbers(value: unknown): value is number[] {
  return Array.isArray(value) && value.every(isNumber);
}
