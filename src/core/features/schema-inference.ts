import type { Feature } from './feature-schema.js';

/** A column of text cells, null where a cell is empty. */
export type TextColumn = readonly (string | null)[];

/** What the cells of a column look like; booleans become categorical, times numeric (hours). */
export type ColumnKind = 'numeric' | 'categorical' | 'boolean' | 'time';

/** A text column read as a feature, and what had to be done with its cells. */
export interface InferredColumn {
  readonly feature: Feature;
  readonly kind: ColumnKind;
  /** NaN where not known; present for numeric features. */
  readonly numeric?: Float64Array;
  /** Null where not known; present for categorical features. */
  readonly categorical?: TextColumn;
  readonly missing: number;
  /** Cells of a number or time column that could not be read as one; they count as missing too. */
  readonly unreadable: number;
}

const MISSING = new Set(['', 'na', 'n/a', 'nan', 'null', '<na>']);
const BOOLEAN_PAIRS = ['false true', 'no yes', 'f t', 'n y'];
const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i;
const MOMENT =
  /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?)\s*(Z|UTC|[+-]\d{2}(?::?\d{2})?)?)?$/i;
const HOUR = 3_600_000;

// A few stray marks ("?", "none") do not make a column of numbers a column of categories.
const READABLE_SHARE = 0.98;

/** Whether a cell says that its value is not known: empty, NA, N/A, NaN or null in any case. */
export function isMissing(cell: string | null | undefined): boolean {
  return cell === null || cell === undefined || MISSING.has(cell.trim().toLowerCase());
}

/** Reads a plain decimal number; null where the text is none (hexadecimal, infinite, thousands marks). */
export function parseNumber(text: string): number | null {
  const trimmed = text.trim();
  if (!NUMBER.test(trimmed)) return null;
  const value = Number(trimmed);
  return Number.isFinite(value) ? value : null;
}

/** Reads an ISO 8601 date or date-time as epoch milliseconds, UTC where it names no zone; else null. */
export function parseMoment(text: string): number | null {
  const match = MOMENT.exec(text.trim());
  if (match === null) return null;
  const [, date = '', time = '00:00', zone = 'Z'] = match;
  const offset = /^(?:Z|UTC)$/i.test(zone)
    ? 'Z'
    : zone.replace(/^([+-]\d{2}):?(\d{2})?$/, offsetOf);
  const moment = Date.parse(`${date}T${time}${offset}`);
  return Number.isNaN(moment) ? null : moment;
}

function offsetOf(_: string, hours: string, minutes: string | undefined): string {
  return `${hours}:${minutes ?? '00'}`;
}

/**
 * Decides what a column of text holds and reads it so: numbers or ISO times where at least 98 % of
 * the cells that are there can be read as such, categories otherwise or where `categorical` says so.
 */
export function inferColumn(name: string, cells: TextColumn, categorical = false): InferredColumn {
  const kind = categorical ? 'categorical' : columnKind(cells);
  if (kind === 'numeric') return numericColumn(name, cells, { kind, parse: parseNumber });
  if (kind === 'time') return numericColumn(name, cells, { kind, parse: parseHours });
  let missing = 0;
  const values = cells.map((cell) => {
    if (cell !== null && !isMissing(cell)) return cell;
    missing += 1;
    return null;
  });
  const feature: Feature = { name, kind: 'categorical' };
  return { feature, kind, categorical: values, missing, unreadable: 0 };
}

function columnKind(cells: TextColumn): ColumnKind {
  const present = cells.filter((cell) => cell !== null).filter((cell) => !isMissing(cell));
  if (present.length === 0) return 'categorical';
  const enough = READABLE_SHARE * present.length;
  if (readable(present, parseNumber) >= enough) return 'numeric';
  if (readable(present, parseMoment) >= enough) return 'time';
  const words = [...new Set(present.map((cell) => cell.trim().toLowerCase()))];
  return BOOLEAN_PAIRS.includes(words.sort().join(' ')) ? 'boolean' : 'categorical';
}

function readable(cells: readonly string[], parse: (text: string) => number | null): number {
  return cells.reduce((count, cell) => count + (parse(cell) === null ? 0 : 1), 0);
}

function parseHours(text: string): number | null {
  const moment = parseMoment(text);
  return moment === null ? null : moment / HOUR;
}

function numericColumn(
  name: string,
  cells: TextColumn,
  as: { readonly kind: ColumnKind; readonly parse: (text: string) => number | null },
): InferredColumn {
  let [missing, unreadable] = [0, 0];
  const numeric = Float64Array.from(cells, (cell) => {
    const value = cell === null || isMissing(cell) ? null : as.parse(cell);
    if (value !== null) return value;
    missing += 1;
    if (!isMissing(cell)) unreadable += 1;
    return Number.NaN;
  });
  return { feature: { name, kind: 'numeric' }, kind: as.kind, numeric, missing, unreadable };
}
