import { createReadStream } from 'node:fs';
import type { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';

import { DomainError } from '../core/errors/domain-error.js';
import type { InputFile } from './input-file.js';

const DELIMITERS = [',', ';', '\t', '|'];

/** What the first record of a CSV file says of the whole file. */
export interface CsvHeader {
  readonly names: readonly string[];
  readonly delimiter: string;
  /** The line on which it begins: empty ones may stand before it. */
  readonly line: number;
}

/**
 * Reads the header of a CSV file.
 *
 * @throws DomainError `unreadable-file`, `empty-table`, `unnamed-column`, `duplicate-column`
 */
export async function csvHeader(input: InputFile): Promise<CsvHeader> {
  const { text, line } = await firstRecord(input);
  const delimiter = delimiterOf(text);
  const names = splitRecord(text, delimiter);
  refuseNames(input.path, names, line);
  return { names, delimiter, line };
}

function refuseNames(path: string, names: readonly string[], line: number): void {
  const seen = new Map<string, number>();
  names.forEach((name, index) => {
    const column = index + 1;
    if (name === '') {
      const text = `Column ${column} of ${path} has no name (line ${line}).`;
      throw new DomainError('unnamed-column', text);
    }
    const first = seen.get(name);
    if (first !== undefined) {
      const text = `The header of ${path} (line ${line}) has "${name}" twice: columns ${first} and ${column}.`;
      throw new DomainError('duplicate-column', text);
    }
    seen.set(name, column);
  });
}

interface FirstRecord {
  readonly text: string;
  readonly line: number;
}

/** The first line that is not empty, lines inside quotes counted as one; without byte order mark. */
export async function firstRecord({ path, file, isGzip }: InputFile): Promise<FirstRecord> {
  const raw = createReadStream(file);
  const stream: Readable = isGzip ? raw.pipe(createGunzip()) : raw;
  stream.setEncoding('utf8');
  let text = '';
  try {
    for await (const chunk of stream as AsyncIterable<string>) {
      text += chunk;
      const record = recordIn(text, false);
      if (record !== null) return readable(path, record);
    }
  } catch (cause) {
    if (cause instanceof DomainError) throw cause;
    const reason = isGzip ? ': it is a gzip file that is broken' : '';
    throw new DomainError('unreadable-file', `${path} cannot be read${reason}.`, { cause });
  } finally {
    raw.destroy();
  }
  const record = recordIn(text, true);
  if (record === null || record.text.trim() === '') {
    throw new DomainError('empty-table', `${path} is empty.`);
  }
  return readable(path, record);
}

/** The first record that is not empty, null where more must be read to see its end. */
function recordIn(text: string, isAll: boolean): FirstRecord | null {
  const bare = text.replace(/^\uFEFF/, '');
  const blank = /^[\r\n]*/.exec(bare)?.[0] ?? '';
  const rest = bare.slice(blank.length);
  const end = endOfRecord(rest);
  if (rest === '' || (end < 0 && !isAll)) return null;
  const line = 1 + (blank.match(/\r\n|\r|\n/g) ?? []).length;
  return { text: end < 0 ? rest : rest.slice(0, end), line };
}

/** Refuses bytes that are no UTF-8, as UTF-16's. */
function readable(path: string, record: FirstRecord): FirstRecord {
  if (!/[\0\uFFFD]/.test(record.text)) return record;
  const reason = 'it is not UTF-8 text there.';
  throw new DomainError(
    'unreadable-file',
    `${path} cannot be read (line ${record.line}): ${reason}`,
  );
}

function endOfRecord(text: string): number {
  let at = 0;
  for (const [letter, isQuoted] of lettersOf(text)) {
    if (!isQuoted && (letter === '\n' || letter === '\r')) return at;
    at += letter.length;
  }
  return -1;
}

/** Every letter, and whether it stands inside quotes: they open where a cell begins, as for DuckDB. */
function* lettersOf(text: string): Generator<readonly [letter: string, isQuoted: boolean]> {
  let [isQuoted, mayOpen] = [false, true];
  for (const letter of text) {
    if (letter === '"' && (isQuoted || mayOpen)) {
      isQuoted = !isQuoted;
      mayOpen = true;
    } else if (!isQuoted) mayOpen = DELIMITERS.includes(letter) || (mayOpen && letter === ' ');
    yield [letter, isQuoted];
  }
}

function delimiterOf(header: string): string {
  const bare = [...lettersOf(header)].flatMap(([letter, isQuoted]) => (isQuoted ? [] : [letter]));
  const countOf = (mark: string): number => bare.filter((letter) => letter === mark).length;
  const [first = ',', ...others] = DELIMITERS;
  return others.reduce((most, next) => (countOf(next) > countOf(most) ? next : most), first);
}

function splitRecord(record: string, delimiter: string): string[] {
  const names: string[] = [];
  let name = '';
  for (const [letter, isQuoted] of lettersOf(record)) {
    if (letter === delimiter && !isQuoted) {
      names.push(name);
      name = '';
    } else name += letter;
  }
  return [...names, name].map(unquoted);
}

function unquoted(raw: string): string {
  const inner = /^"(.*)"$/s.exec(raw.trim())?.[1];
  return inner === undefined ? raw.trim() : inner.replaceAll('""', '"');
}
