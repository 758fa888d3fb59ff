import type { Feature } from './feature-schema.js';

/** A column of text cells, null where a cell is empty. */
export type TextColumn = readonly (string | null)[];

/** What the cells of a column look like; booleans become categorical, times what a clock says. */
export type ColumnKind = 'numeric' | 'categorical' | 'boolean' | 'time';

/** A text column read as a feature, and what had to be done with its cells. */
export interface InferredColumn {
  readonly feature: Feature;
  /** The column that it was read from. */
  readonly column: string;
  readonly kind: ColumnKind;
  /** NaN where not known; present for numeric features. */
  readonly numeric?: Float64Array;
  /** Null where not known; present for categorical features. */
  readonly categorical?: TextColumn;
  readonly missing: number;
  /** Cells of a number or time column that could not be read as one; they count as missing too. */
  readonly unreadable: number;
  /** The first of these. */
  readonly firstUnreadable?: number | undefined;
}

const MISSING = new Set(['', 'na', 'n/a', 'nan', 'null', '<na>']);
const BOOLEAN_PAIRS = ['false true', 'no yes', 'f t', 'n y'];
const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i;
const MOMENT =
  /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?)\s*(Z|UTC|[+-]\d{2}(?::?\d{2})?)?)?$/i;
const INFINITE = /^[+-]?inf(?:inity)?$/i;
const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const WEEKDAYS = ['Thu', 'Fri', 'Sat', 'Sun', 'Mon', 'Tue', 'Wed'];

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

/**
 * Reads an ISO 8601 date or date-time as epoch milliseconds, UTC where it names no zone; else null,
 * as for a day that its month does not have.
 */
export function parseMoment(text: string): number | null {
  const match = MOMENT.exec(text.trim());
  if (match === null) return null;
  const [, date = '', time = '00:00', zone = 'Z'] = match;
  if (!isDayOfMonth(date)) return null;
  const offset = /^(?:Z|UTC)$/i.test(zone)
    ? 'Z'
    : zone.replace(/^([+-]\d{2}):?(\d{2})?$/, offsetOf);
  const moment = Date.parse(`${date}T${time}${offset}`);
  return Number.isNaN(moment) ? null : moment;
}

/** A Date takes 30 February for 2 March. */
function isDayOfMonth(date: string): boolean {
  const [year = 0, month = 0, day = 0] = date.split('-').map(Number);
  return day <= 28 || day <= new Date(Date.UTC(year, month, 0)).getUTCDate();
}

function offsetOf(_: string, hours: string, minutes: string | undefined): string {
  return `${hours}:${minutes ?? '00'}`;
}

/**
 * Decides what a column of text holds and reads it so: numbers or ISO times where at least 98 % of
 * the cells that are there can be read as such (a number may be infinite, all of them may, which
 * counts as unreadable), categories otherwise or where `categorical` says so. A time becomes the hour of the
 * day (where it has one) and the day of the week, UTC: how late a row is would set it apart from
 * all later ones, and order is for splits.
 */
export function inferColumns(
  name: string,
  cells: TextColumn,
  categorical = false,
): InferredColumn[] {
  const kind = categorical ? 'categorical' : columnKind(cells);
  if (kind === 'numeric') return [numericColumn(name, cells, { kind, parse: parseNumber })];
  if (kind === 'time') return clockColumns(name, cells);
  let missing = 0;
  const values = cells.map((cell) => {
    // Padding is no part of a word, nor is case of yes and no: " TRUE" is true.
    const word = cell?.trim() ?? '';
    if (!isMissing(word)) return kind === 'boolean' ? word.toLowerCase() : word;
    missing += 1;
    return null;
  });
  const feature: Feature = { name, kind: 'categorical' };
  return [{ feature, column: name, kind, categorical: values, missing, unreadable: 0 }];
}

function columnKind(cells: TextColumn): ColumnKind {
  const present = cells.filter((cell) => cell !== null).filter((cell) => !isMissing(cell));
  if (present.length === 0) return 'categorical';
  const enough = READABLE_SHARE * present.length;
  if (readable(present, isNumber) >= enough) return 'numeric';
  if (readable(present, isMoment) >= enough) return 'time';
  const words = [...new Set(present.map((cell) => cell.trim().toLowerCase()))];
  return BOOLEAN_PAIRS.includes(words.sort().join(' ')) ? 'boolean' : 'categorical';
}

function readable(cells: readonly string[], test: (text: string) => boolean): number {
  return cells.reduce((count, cell) => count + (test(cell) ? 1 : 0), 0);
}

function isNumber(text: string): boolean {
  const trimmed = text.trim();
  return NUMBER.test(trimmed) || INFINITE.test(trimmed);
}

function isMoment(text: string): boolean {
  return parseMoment(text) !== null;
}

/** The hour of the day, where any row has one, and the day of the week. */
function clockColumns(name: string, cells: TextColumn): InferredColumn[] {
  const moments = numericColumn(name, cells, { kind: 'time', parse: parseMoment });
  const known = moments.numeric ?? new Float64Array();
  const { column, kind, missing, unreadable, firstUnreadable } = moments;
  const read = { column, kind, missing, unreadable, firstUnreadable };
  const weekdays = Array.from(known, (moment) =>
    Number.isNaN(moment) ? null : (WEEKDAYS[Math.floor(within(moment, 7 * DAY) / DAY)] ?? null),
  );
  const weekday: InferredColumn = {
    ...read,
    feature: { name: `${name} (weekday)`, kind: 'categorical' },
    categorical: weekdays,
  };
  const hours = known.map((moment) => within(moment, DAY) / HOUR);
  if (hours.every((hour) => Number.isNaN(hour) || hour === 0)) return [weekday];
  const feature: Feature = { name: `${name} (hour)`, kind: 'numeric' };
  return [{ ...read, feature, numeric: hours }, weekday];
}

/** What is left of a moment after whole spans, also before 1970 (which began on a Thursday). */
function within(moment: number, span: number): number {
  return moment - span * Math.floor(moment / span);
}

function numericColumn(
  name: string,
  cells: TextColumn,
  as: { readonly kind: ColumnKind; readonly parse: (text: string) => number | null },
): InferredColumn {
  let [missing, unreadable] = [0, 0];
  let firstUnreadable: number | undefined;
  const numeric = Float64Array.from(cells, (cell, row) => {
    const value = cell === null || isMissing(cell) ? null : as.parse(cell);
    if (value !== null) return value;
    missing += 1;
    if (isMissing(cell)) return Number.NaN;
    unreadable += 1;
    firstUnreadable ??= row;
    return Number.NaN;
  });
  const feature: Feature = { name, kind: 'numeric' };
  return { feature, column: name, kind: as.kind, numeric, missing, unreadable, firstUnreadable };
}
