const FIGURE = new Intl.NumberFormat('en-GB', { maximumSignificantDigits: 4 });
const COUNT = new Intl.NumberFormat('en-GB', { maximumFractionDigits: 0 });
const PERCENT = new Intl.NumberFormat('en-GB', { style: 'percent', maximumFractionDigits: 1 });

/** A figure without a unit, four digits; an en dash where there is none. */
export function figure(value: number | null | undefined): string {
  if (value === null || value === undefined || Number.isNaN(value)) return '–';
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-4 || size >= 1e9)) return value.toExponential(2);
  return FIGURE.format(value);
}

/** A whole number of things. */
export function count(value: number): string {
  return COUNT.format(value);
}

/** A share of 0..1. */
export function percent(share: number | null | undefined): string {
  return share === null || share === undefined || Number.isNaN(share) ? '–' : PERCENT.format(share);
}

/** A p value: figures below a millionth say no more than that. */
export function pValue(p: number | null | undefined): string {
  if (p === null || p === undefined || Number.isNaN(p)) return '–';
  return p < 1e-6
    ? '< 0.000001'
    : p.toPrecision(2).replace(/e.*/, (power) => ` × 10^${power.slice(1)}`);
}

/** `2026-11-20 08:30 UTC`. */
export function utcTime(at: number): string {
  return `${new Date(at).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}
