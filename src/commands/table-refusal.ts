import { DomainError } from '../core/errors/domain-error.js';
import type { InputFile } from './input-file.js';
import { recordLines } from './record-lines.js';

/** A file as DuckDB is asked for it, and the names of its columns where they are known. */
export interface TableSource {
  readonly input: InputFile;
  readonly sql: string;
  readonly names?: readonly string[];
}

/** What DuckDB said of a file, in our words: with line and column where it named them. */
export function tableRefusal({ input, names = [] }: TableSource, error: unknown): DomainError {
  const { path } = input;
  const message = error instanceof Error ? error.message : String(error);
  const line = lineIn(message, input);
  const counts = /Expected Number of Columns: (\d+) Found: (\d+)/.exec(message);
  if (line !== undefined && counts !== null) {
    const [wanted, found] = [Number(counts[1]), Number(counts[2])];
    const text = `Line ${line} of ${path} has ${found} cells where the header has ${wanted}`;
    return new DomainError('ragged-row', `${text}${raggedEnd(names, wanted, found)}.`, {
      cause: error,
    });
  }
  const where = line === undefined ? '' : ` (line ${line})`;
  const reason = reasonIn(message);
  return new DomainError('unreadable-file', `${path} cannot be read${where}: ${reason}`, {
    cause: error,
  });
}

/** Whether DuckDB gave up on a file as it does where lines end in several ways, without saying so. */
export function saysMixedEnds(error: unknown): boolean {
  return error instanceof DomainError && /CSV Parser .* invalid state/.test(String(error.cause));
}

/** The line that a complaint is about: DuckDB counts records, however many lines one has. */
function lineIn(message: string, input: InputFile): number | undefined {
  const record = /CSV Error on Line: (\d+)/.exec(message)?.[1];
  if (record === undefined) return undefined;
  return recordLines(input).all[Number(record) - 1] ?? Number(record);
}

function raggedEnd(names: readonly string[], wanted: number, found: number): string {
  if (found > wanted) return `: cell ${wanted + 1} has no column`;
  const absent = names[found];
  return absent === undefined ? '' : `: it ends before column ${found + 1}, "${absent}"`;
}

const REASONS: readonly (readonly [RegExp, string])[] = [
  [
    /unterminated quote/i,
    'a quote that opens there is never closed; within quotes a quote is written twice.',
  ],
  [/not utf-8|invalid unicode/i, 'it is not UTF-8 text there.'],
  [/too small to be a Parquet|No magic bytes/i, 'it is not a Parquet file.'],
];

function reasonIn(message: string): string {
  const known = REASONS.find(([pattern]) => pattern.test(message))?.[1];
  return known ?? longLine(message) ?? message.split('\n')[0] ?? message;
}

function longLine(message: string): string | undefined {
  const sizes = /Maximum line size of (\d+) bytes exceeded. Actual Size:(\d+)/.exec(message);
  if (sizes === null) return undefined;
  const [most, found] = [sizes[1], sizes[2]].map((size) => Number(size).toLocaleString('en'));
  return `the row there is ${found ?? ''} bytes long, at most ${most ?? ''} can be read.`;
}
