import type { FieldType } from './import-kinds.js';

const LOCAL_TIME =
  /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2})(:\d{2}(?:[.,]\d+)?)?)?\s*(Z|UTC|[+-]\d{2}(?::?\d{2})?)?$/i;

// Digits of seconds, milliseconds, microseconds and nanoseconds since 1970 for any year from 2001.
const EPOCH_UNITS: Readonly<Record<number, number>> = { 10: 1000, 13: 1, 16: 1e-3, 19: 1e-6 };

const TRUTH: Readonly<Record<string, boolean>> = {
  true: true,
  t: true,
  yes: true,
  '1': true,
  false: false,
  f: false,
  no: false,
  '0': false,
};

function offsetOf(zone: string | undefined): string {
  if (zone === undefined || /^(z|utc)$/i.test(zone)) return 'Z';
  const digits = zone.slice(1).replace(':', '').padEnd(4, '0');
  return `${zone.slice(0, 1)}${digits.slice(0, 2)}:${digits.slice(2)}`;
}

function readEpoch(text: string): string | null {
  const digits = /^\d+(?=\.\d+$|$)/.exec(text)?.[0] ?? '';
  const unit = EPOCH_UNITS[digits.length];
  return unit === undefined ? null : new Date(Math.round(Number(text) * unit)).toISOString();
}

/** Date.parse lets February 30 roll over into March. */
function isDate(date: string): boolean {
  if (Number(date.slice(8)) <= 28) return true;
  return new Date(`${date}T00:00:00Z`).toISOString().startsWith(date);
}

/**
 * A time as RFC 3339 in UTC: ISO 8601 with or without `T`, seconds and offset (UTC without one), a
 * date, or seconds, milliseconds, microseconds or nanoseconds since 1970.
 *
 * @returns null where the text is none of them.
 */
export function readTime(text: string): string | null {
  const parts = LOCAL_TIME.exec(text);
  if (parts === null) return readEpoch(text);
  const [, date = '', clock = '00:00', seconds = ':00', zone] = parts;
  const at = Date.parse(`${date}T${clock}${seconds.replace(',', '.')}${offsetOf(zone)}`);
  return Number.isNaN(at) || !isDate(date) ? null : new Date(at).toISOString();
}

/** A number only where nothing would be lost: `007` and `1e400` stay text. */
function plainNumber(text: string): number | string {
  const value = Number(text);
  return text.trim() !== '' && Number.isFinite(value) && String(value) === text ? value : text;
}

function readNumber(text: string): number | string {
  const value = Number(text);
  return text.trim() !== '' && Number.isFinite(value) ? value : text;
}

function readJson(text: string): unknown {
  if (!/^\s*[[{]/.test(text)) return text;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}

const READERS: Readonly<Record<FieldType, (text: string) => unknown>> = {
  text: (text) => text,
  number: readNumber,
  boolean: (text) => TRUTH[text.trim().toLowerCase()] ?? text,
  time: (text) => readTime(text.trim()) ?? text,
  json: readJson,
  any: (text) => (text === 'true' || text === 'false' ? text === 'true' : plainNumber(text)),
};

// Databases and documents hold these as numbers where the contract has another type.
const RETYPED = new Set<FieldType>(['text', 'time', 'boolean']);

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

/** What a database column holds, as JSON has it: times and integers of 64 bits too. */
function plain(value: unknown): unknown {
  if (value instanceof Date) return value.toISOString();
  if (typeof value === 'bigint') {
    return Number.isSafeInteger(Number(value)) ? Number(value) : value.toString();
  }
  if (Array.isArray(value)) return value.map(plain);
  if (!isRecord(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, plain(item)]));
}

/**
 * A cell as the contract has it. Empty is absent (undefined); what cannot be read as its type stays
 * as it is, for the service to refuse with the field's name.
 */
export function readValue(cell: unknown, type: FieldType): unknown {
  if (cell === null || cell === undefined || cell === '') return undefined;
  const value = plain(cell);
  if (typeof value === 'string') return READERS[type](value);
  const simple = typeof value === 'number' || typeof value === 'boolean';
  return simple && RETYPED.has(type) ? READERS[type](String(value)) : value;
}
