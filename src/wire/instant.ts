import { z } from 'zod';

import { formatDuration, parseDuration } from '../core/telemetry/time.js';

const RFC_3339 =
  /^(\d{4})-(\d{2})-(\d{2})[Tt](\d{2}):(\d{2}):(\d{2})(?:\.\d{1,9})?(?:[Zz]|[+-]\d{2}:\d{2})$/;

/** The earliest moment that is taken: anything before it is a clock that was never set. */
export const EARLIEST = Date.UTC(2000, 0, 1);

const DAYS_IN = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

function daysIn(year: number, month: number): number {
  const leap = month === 2 && year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  return leap ? 29 : (DAYS_IN[month - 1] ?? 0);
}

/** Milliseconds of an RFC 3339 time, or null where the text is not one (February 30 is not). */
export function parseInstant(text: string): number | null {
  const parts = RFC_3339.exec(text);
  if (parts === null) return null;
  const [year, month, day] = [Number(parts[1]), Number(parts[2]), Number(parts[3])];
  if (day < 1 || day > daysIn(year, month)) return null;
  const at = Date.parse(text);
  return Number.isNaN(at) ? null : at;
}

/** RFC 3339 in UTC with milliseconds. */
export function formatInstant(at: number): string {
  return new Date(at).toISOString();
}

/** A time on the wire (RFC 3339) and in the core (milliseconds). */
export const instant = z
  .string()
  .transform((text, context): number => {
    const at = parseInstant(text);
    if (at === null) {
      context.issues.push({
        code: 'custom',
        input: text,
        message: 'is not an RFC 3339 time such as 2026-11-20T08:30:00Z',
        params: { code: 'bad-time' },
      });
      return z.NEVER;
    }
    if (at < EARLIEST) {
      context.issues.push({
        code: 'custom',
        input: text,
        message: 'lies before 2000-01-01',
        params: { code: 'too-old' },
      });
      return z.NEVER;
    }
    return at;
  })
  .meta({ type: 'string', format: 'date-time' });

function durationFrom(shortest: number, what: string): z.ZodType<number, string> {
  return z
    .string()
    .transform((text, context): number => {
      const length = parseDuration(text);
      if (length === null || length < shortest) {
        context.issues.push({
          code: 'custom',
          input: text,
          message: `is not a duration ${what} such as 90s, 30m or 14d`,
          params: { code: 'bad-duration' },
        });
        return z.NEVER;
      }
      return length;
    })
    .meta({ type: 'string', pattern: '^(\\d+(ms|[smhdwy]))+$', examples: ['30m'] });
}

/** A duration on the wire (`90s`, `30m`, `14d`) and in the core (milliseconds, above zero). */
export const duration = durationFrom(1, 'above zero');

/** A duration that may be nothing (`0s`). */
export const durationOrNone = durationFrom(0, 'of zero or more');

/** A duration as it is written on the wire. */
export const writeDuration = formatDuration;

const TIME_MEMBER = /(At|AsOf|Start|Until|After)$|^(asOf|due|from|to|until)$/;

/** A stored body as the wire has it: members that hold times (`startedAt`, `asOf`, `due` …), however deep, are written as RFC 3339. */
export function writeTimes(body: object): Record<string, unknown> {
  const written = Object.entries(body).map(([name, value]: [string, unknown]) => [
    name,
    TIME_MEMBER.test(name) && typeof value === 'number' ? formatInstant(value) : withTimes(value),
  ]);
  return Object.fromEntries(written) as Record<string, unknown>;
}

function withTimes(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withTimes);
  return typeof value === 'object' && value !== null ? writeTimes(value) : value;
}
