import { DomainError } from '../core/errors/domain-error.js';
import { inferColumns, isMissing, parseNumber } from '../core/features/schema-inference.js';
import type { InferredColumn } from '../core/features/schema-inference.js';
import type { ColumnPair, ColumnValues } from '../core/monitoring/column-values.js';
import { driftNotes } from './drift-notes.js';
import type { BothTables } from './drift-notes.js';
import type { TextTable } from './read-table.js';

/** Whole numbers of so few kinds are codes, as often as not: they are compared as categories. */
const MOST_CODES = 10;

/** Fewer rows than this do not show how many kinds of whole numbers there are. */
const ENOUGH_ROWS = 30;

type Cells = readonly (string | null)[];

/** Both samples column by column, and what people should know of them. */
export interface DriftColumns {
  readonly pairs: readonly ColumnPair[];
  readonly notes: readonly string[];
}

/** Which columns are not compared, and which are categories whatever they hold. */
export interface DriftRoles {
  readonly categorical: readonly string[];
  readonly drop: readonly string[];
  readonly time?: string | undefined;
  readonly segment?: string | undefined;
}

function valuesOf({ numeric, categorical }: InferredColumn): ColumnValues {
  return numeric === undefined
    ? { kind: 'categorical', values: categorical ?? [] }
    : { kind: 'numeric', values: numeric };
}

/** Distinct values, as far as they are few; null where they are many or not whole numbers. */
function fewWholeNumbers(cells: Cells, found: Set<number>): boolean {
  for (const cell of cells) {
    const value = cell === null ? null : parseNumber(cell);
    if (value === null) continue;
    if (!Number.isInteger(value)) return false;
    found.add(value);
    if (found.size > MOST_CODES) return false;
  }
  return true;
}

function areCodes(reference: Cells | undefined, current: Cells | undefined): boolean {
  const sides = [reference ?? [], current ?? []];
  if (Math.min(...sides.map((cells) => cells.length)) < ENOUGH_ROWS) return false;
  const found = new Set<number>();
  return sides.every((cells) => fewWholeNumbers(cells, found)) && found.size > 0;
}

const WHOLE = /^[+-]?(?:0|[1-9]\d*)(?:\.0*)?$/;

function isWhole(cell: string | null): boolean {
  return isMissing(cell) || WHOLE.test(cell?.trim() ?? '');
}

/** A whole number as it is written without sign and places that say nothing: 4.0 and +4 are 4. */
function plainWhole(cell: string | null): string | null {
  if (cell === null || isMissing(cell)) return cell;
  const plain = cell.trim().replace(/^\+/, '').replace(/\.0*$/, '');
  return plain === '-0' ? '0' : plain;
}

/**
 * Codes by their value: a program that writes a column with a hole as 4.0 means the same as one that
 * writes 4. Where any cell is something else (007, 1e3, a word), all of them stay as they are written.
 */
export function byValue(sides: readonly (Cells | undefined)[]): readonly (Cells | undefined)[] {
  if (!sides.every((cells) => cells === undefined || cells.every(isWhole))) return sides;
  return sides.map((cells) => cells?.map(plainWhole));
}

interface ReadColumn {
  readonly pairs: ColumnPair[];
  readonly notes: string[];
}

function readColumn(name: string, tables: BothTables, isCategorical: boolean): ReadColumn {
  const [reference, current] = [tables.reference, tables.current].map(({ columns }) =>
    columns.get(name),
  );
  const areNames = isCategorical || areCodes(reference, current);
  const sides = areNames ? byValue([reference, current]) : [reference, current];
  const [before = [], now = []] = sides.map(
    (cells) => cells && inferColumns(name, cells, areNames),
  );
  const names = new Set([...before, ...now].map(({ feature }) => feature.name));
  const side = (columns: readonly InferredColumn[], wanted: string): ColumnValues | null => {
    const column = columns.find(({ feature }) => feature.name === wanted);
    return column === undefined ? null : valuesOf(column);
  };
  const pairs = [...names].map((one) => ({
    name: one,
    reference: side(before, one),
    current: side(now, one),
  }));
  return { pairs, notes: driftNotes(name, tables, { reference: before, current: now }) };
}

/** Names of both samples' columns, those that are left out and unknown ones refused. */
function comparedNames(
  reference: TextTable,
  current: TextTable,
  { categorical, drop, time, segment }: DriftRoles,
): string[] {
  const names = new Set([...reference.columns.keys(), ...current.columns.keys()]);
  const unknown = [...categorical, ...drop].find((name) => !names.has(name));
  if (unknown !== undefined) {
    const known = [...names].join(', ');
    const text = `There is no column "${unknown}" in either sample; there are ${known}.`;
    throw new DomainError('unknown-column', text);
  }
  const left = new Set([...drop, time, segment]);
  const compared = [...names].filter((name) => !left.has(name));
  if (compared.length > 0) return compared;
  throw new DomainError('no-columns', 'No column is left to compare.');
}

/**
 * Reads both tables column by column; a column that one of them lacks is kept with the other's alone.
 * Throws a DomainError: `unknown-column`, `no-columns`.
 */
export function driftColumns(
  reference: TextTable,
  current: TextTable,
  roles: DriftRoles,
): DriftColumns {
  const read = comparedNames(reference, current, roles).map((name) =>
    readColumn(name, { reference, current }, roles.categorical.includes(name)),
  );
  return {
    pairs: read.flatMap(({ pairs }) => pairs),
    notes: read.flatMap(({ notes }) => notes),
  };
}
