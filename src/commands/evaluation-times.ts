import { DomainError } from '../core/errors/domain-error.js';
import { isMissing, parseMoment, parseNumber } from '../core/features/schema-inference.js';

/** Which rows need a time (all, unless it says), and where a row stands, for people. */
export interface TimeReading {
  readonly name: string;
  readonly rows?: Uint32Array;
  readonly where: (row: number) => string;
}

/** Reads a time column: numbers as they are, else ISO 8601 as epoch milliseconds; NaN for other rows. */
export function readTimes(
  column: readonly (string | null)[],
  { name, rows = Uint32Array.from(column.keys()), where }: TimeReading,
): Float64Array {
  const first = rows.find((row) => !isMissing(column[row])) ?? -1;
  const parse = parseNumber(column[first] ?? '') === null ? parseMoment : parseNumber;
  const times = new Float64Array(column.length).fill(Number.NaN);
  for (const row of rows) {
    const cell = column[row] ?? null;
    const time = cell === null ? null : parse(cell);
    if (time === null)
      throw noTime(`${name} must hold numbers or ISO 8601 times`, where(row), cell);
    times[row] = time;
  }
  return times;
}

function noTime(rule: string, place: string, cell: string | null): DomainError {
  const held = cell === null ? 'nothing' : `"${cell}"`;
  return new DomainError('bad-time', `The time column ${rule}; ${place} holds ${held}.`);
}
