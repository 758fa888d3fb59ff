const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const RELATIVE = new Intl.RelativeTimeFormat('en', { numeric: 'auto', style: 'short' });

function number(value: number, options: Intl.NumberFormatOptions): string {
  return new Intl.NumberFormat(undefined, options).format(value);
}

/** A share of 0..1 as percent: whole ones, tenths where they matter. */
export function percent(share: number): string {
  const nearEnd = share < 0.1 || share > 0.99;
  return number(share, { style: 'percent', maximumFractionDigits: nearEnd ? 1 : 0 });
}

/** A count of things: whole, or with one decimal below ten. */
export function count(value: number): string {
  return number(value, { maximumFractionDigits: Math.abs(value) < 10 ? 1 : 0 });
}

function significant(value: number, digits: number): string {
  const size = Math.abs(value);
  const isFarOff = size >= 1e15 || (size > 0 && size < 1e-6);
  const options = { maximumSignificantDigits: digits } as const;
  return number(value, isFarOff ? { ...options, notation: 'scientific' } : options);
}

/** A figure without a unit that was reckoned, such as a log loss. */
export function figure(value: number): string {
  return significant(value, 4);
}

/** What somebody has set, such as a threshold: as it is, whatever its digits. */
export function exact(value: number): string {
  return significant(value, 15);
}

/** What was measured: whole numbers as they are, else four digits or as many as are whole. */
export function reading(value: number): string {
  if (Number.isInteger(value)) return exact(value);
  const whole = Math.trunc(Math.abs(value)).toString().length;
  return significant(value, Math.min(15, Math.max(4, whole)));
}

/** A figure of 0..1 that is not a share, with two decimals. */
export function decimal(value: number): string {
  return number(value, { minimumFractionDigits: 2, maximumFractionDigits: 2 });
}

/** A change with its sign. */
export function signed(value: number, digits = 2): string {
  const options = { minimumFractionDigits: digits, maximumFractionDigits: digits };
  return number(value, { ...options, signDisplay: 'exceptZero' });
}

/** Money where the currency is known, else a plain number. */
export function price(value: number, currency: string | undefined, digits = 2): string {
  const cents = { maximumFractionDigits: digits, trailingZeroDisplay: 'stripIfInteger' } as const;
  if (currency === undefined) return number(value, cents);
  try {
    return number(value, { style: 'currency', currency, ...cents });
  } catch {
    // A journey may name a currency that ISO 4217 does not.
    return `${number(value, cents)} ${currency}`;
  }
}

/** Money that was reckoned: its cents tell something below a hundred. */
export function money(value: number, currency: string | undefined): string {
  return price(value, currency, Math.abs(value) < 100 ? 2 : 0);
}

/** A length of time in its largest fitting unit. */
export function duration(seconds: number): string {
  const ms = seconds * SECOND;
  if (ms < MINUTE) return `${count(seconds)} s`;
  if (ms < HOUR) return `${count(ms / MINUTE)} min`;
  if (ms < 2 * DAY) return `${count(ms / HOUR)} h`;
  return `${count(ms / DAY)} days`;
}

/** How far `at` lies from `now` (epoch ms), in words. */
export function relative(at: number, now: number): string {
  const away = at - now;
  const size = Math.abs(away);
  if (size < MINUTE) return RELATIVE.format(Math.round(away / SECOND), 'second');
  if (size < HOUR) return RELATIVE.format(Math.round(away / MINUTE), 'minute');
  if (size < DAY) return RELATIVE.format(Math.round(away / HOUR), 'hour');
  return RELATIVE.format(Math.round(away / DAY), 'day');
}

/** The reader's own time. */
export function localTime(iso: string): string {
  const at = new Date(iso);
  return new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short' }).format(at);
}

/** `2026-11-20 08:30:00 UTC`. */
export function utcTime(iso: string): string {
  return `${new Date(iso).toISOString().slice(0, 19).replace('T', ' ')} UTC`;
}
