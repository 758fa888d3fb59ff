/** A moment as milliseconds since 1970-01-01T00:00:00Z. */
export type Instant = number;

/** A length of time in milliseconds. */
export type Duration = number;

export const SECOND: Duration = 1000;
export const MINUTE: Duration = 60 * SECOND;
export const HOUR: Duration = 60 * MINUTE;
export const DAY: Duration = 24 * HOUR;
export const WEEK: Duration = 7 * DAY;

/** The start of the bucket of the given width (from the epoch, UTC) that holds the moment. */
export function bucketStart(at: Instant, width: Duration): Instant {
  return Math.floor(at / width) * width;
}

const UNITS: Readonly<Record<string, Duration>> = {
  ms: 1,
  s: SECOND,
  m: MINUTE,
  h: HOUR,
  d: DAY,
  w: WEEK,
  y: 365 * DAY,
};

const DURATION = /^(?:\d+(?:ms|[smhdwy]))+$/;

/**
 * Reads a Prometheus-style duration (`90s`, `1h30m`, `14d`).
 *
 * @returns milliseconds, or null where the text is not a duration.
 */
export function parseDuration(text: string): Duration | null {
  if (!DURATION.test(text)) return null;
  let total = 0;
  for (const [, count, unit] of text.matchAll(/(\d+)(ms|[smhdwy])/g)) {
    total += Number(count) * (UNITS[unit ?? ''] ?? Number.NaN);
  }
  return Number.isSafeInteger(total) ? total : null;
}

/** Writes a duration in the largest units that hold it exactly: 5400000 is `1h30m`. */
export function formatDuration(duration: Duration): string {
  if (duration === 0) return '0s';
  let rest = duration;
  let text = '';
  for (const [unit, size] of Object.entries({ d: DAY, h: HOUR, m: MINUTE, s: SECOND, ms: 1 })) {
    const count = Math.floor(rest / size);
    if (count > 0) text += `${count}${unit}`;
    rest -= count * size;
  }
  return text;
}
