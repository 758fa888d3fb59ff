import { DAY, HOUR, MINUTE } from '../core/telemetry/time.js';

/** A length of time as one says it: `95 min`, `6.6 h`, `2.0 days`. */
export function lasting(length: number): string {
  const size = Math.abs(length);
  const sign = length < 0 ? '−' : '';
  if (size < 2 * HOUR) return `${sign}${Math.round(size / MINUTE)} min`;
  return size < 2 * DAY
    ? `${sign}${(size / HOUR).toFixed(1)} h`
    : `${sign}${(size / DAY).toFixed(1)} days`;
}
