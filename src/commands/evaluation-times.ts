import { DomainError } from '../core/errors/domain-error.js';
import { isMissing, parseMoment, parseNumber } from '../core/features/schema-inference.js';

/** Reads a time column: numbers as they are, else ISO 8601 as epoch milliseconds; every row needs one. */
export function readTimes(
  column: readonly (string | null)[],
  { name, where }: { readonly name: string; readonly where: (row: number) => string },
): Float64Array {
  const present = column.find((cell) => !isMissing(cell)) ?? '';
  const parse = parseNumber(present) === null ? parseMoment : parseNumber;
  return Float64Array.from(column, (cell, row) => {
    const time = cell === null ? null : parse(cell);
    if (time !== null) return time;
    throw new DomainError(
      'bad-time',
      `The time column ${name} must hold numbers or ISO 8601 times; ${where(row)} holds ${cell === null ? 'nothing' : `"${cell}"`}.`,
    );
  });
}
