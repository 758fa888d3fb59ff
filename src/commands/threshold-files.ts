import { DomainError } from '../core/errors/domain-error.js';
import { isMissing, parseMoment, parseNumber } from '../core/features/schema-inference.js';
import type { Instant } from '../core/telemetry/time.js';
import type { MetricHistory } from '../core/thresholds/evaluations.js';
import type { PricedFailure } from '../core/thresholds/failure-loss.js';
import { formatInstant } from '../wire/instant.js';
import type { TextTable } from './read-table.js';

/** A row that was left out; rows are counted from 1, the header not. */
export interface BadRow {
  readonly row: number;
  readonly reason: string;
}

/** What could be read, and what could not. */
export interface ReadSeries {
  readonly history: MetricHistory;
  readonly bad: readonly BadRow[];
  /** Samples whose time another one has too; the last of them counts. */
  readonly repeated: number;
}

/** Numbers below this are seconds since 1970, others milliseconds. */
const SECONDS_BELOW = 1e11;

type Column = readonly (string | null)[];

function columnOf(table: TextTable, name: string, path: string): Column {
  const column = table.columns.get(name);
  if (column !== undefined) return column;
  const known = [...table.columns.keys()].join(', ');
  throw new DomainError(
    'unknown-column',
    `There is no column "${name}" in ${path}; there are ${known}.`,
  );
}

function instantOf(cell: string | null | undefined): Instant | null {
  if (cell === null || cell === undefined) return null;
  const number = parseNumber(cell);
  if (number === null) return parseMoment(cell.replace(/^(\d{4}-\d{2}-\d{2})t/, '$1T'));
  return Math.abs(number) < SECONDS_BELOW ? number * 1000 : number;
}

/** A sample's value: NaN where it is one, null where there is no sample, undefined where unreadable. */
function sampleOf(cell: string | null | undefined): number | null | undefined {
  if (cell === null || cell === undefined) return null;
  const text = cell.trim();
  if (/^nan$/i.test(text)) return Number.NaN;
  if (isMissing(text)) return null;
  const infinite = /^([+-]?)inf(?:inity)?$/i.exec(text);
  if (infinite !== null) return infinite[1] === '-' ? -Infinity : Infinity;
  return parseNumber(text) ?? undefined;
}

/** Reads samples of a table, sorts them by time and leaves out what cannot be read. */
export function readSeries(
  table: TextTable,
  names: { readonly series: string; readonly time: string; readonly value: string },
): ReadSeries {
  const times = columnOf(table, names.time, names.series);
  const values = columnOf(table, names.value, names.series);
  const bad: BadRow[] = [];
  const samples = new Map<Instant, number>();
  let read = 0;
  for (let row = 0; row < table.rows; row += 1) {
    const at = instantOf(times[row]);
    const value = sampleOf(values[row]);
    if (at === null)
      bad.push({ row: row + 1, reason: `its time "${times[row] ?? ''}" cannot be read` });
    else if (value === undefined) {
      bad.push({ row: row + 1, reason: `its value "${values[row] ?? ''}" is no number` });
    } else if (value !== null) {
      samples.set(at, value);
      read += 1;
    }
  }
  const at = Float64Array.from(samples.keys()).sort();
  return {
    history: { at, values: at.map((time) => samples.get(time) ?? Number.NaN) },
    bad,
    repeated: read - samples.size,
  };
}

/** The cells of one failure's row. */
interface FailureCells {
  readonly startedAt: string | null | undefined;
  readonly endedAt: string | null | undefined;
  readonly valueLost: string | null | undefined;
  readonly id: string | null | undefined;
}

/** The failure that a row tells of, or why it tells of none. */
function failureOf(
  { startedAt, endedAt, ...cells }: FailureCells,
  costMiss: number,
): PricedFailure | string {
  const [start, end] = [instantOf(startedAt), instantOf(endedAt)];
  if (start === null) return `its startedAt "${startedAt ?? ''}" cannot be read`;
  if (end === null) return `its endedAt "${endedAt ?? ''}" cannot be read`;
  if (end < start) return 'it ends before it starts';
  const valueLost = valueOf(cells.valueLost, costMiss);
  if (!(valueLost >= 0)) return `its valueLost "${String(cells.valueLost)}" is no amount`;
  return { id: cells.id ?? formatInstant(start), startedAt: start, endedAt: end, valueLost };
}

function valueOf(cell: string | null | undefined, costMiss: number): number {
  return isMissing(cell) ? costMiss : (sampleOf(cell) ?? Number.NaN);
}

/** Reads journey failures; one without a value is worth `costMiss`, one without an id its start. */
export function readFailures(
  table: TextTable,
  { failures: path, costMiss }: { readonly failures: string; readonly costMiss: number },
): { failures: PricedFailure[]; bad: BadRow[] } {
  const starts = columnOf(table, 'startedAt', path);
  const ends = columnOf(table, 'endedAt', path);
  const [values, ids] = [table.columns.get('valueLost'), table.columns.get('id')];
  const failures: PricedFailure[] = [];
  const bad: BadRow[] = [];
  for (let row = 0; row < table.rows; row += 1) {
    const cells = {
      startedAt: starts[row],
      endedAt: ends[row],
      valueLost: values?.[row],
      id: ids?.[row],
    };
    const read = failureOf(cells, costMiss);
    if (typeof read === 'string') bad.push({ row: row + 1, reason: read });
    else failures.push(read);
  }
  return { failures, bad };
}
