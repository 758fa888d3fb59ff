import { createReadStream } from 'node:fs';
import { access } from 'node:fs/promises';
import { createGunzip } from 'node:zlib';
import type { Readable } from 'node:stream';

import { DuckDBInstance } from '@duckdb/node-api';
import type { DuckDBConnection, DuckDBMaterializedResult } from '@duckdb/node-api';

import { DomainError } from '../core/errors/domain-error.js';
import { lineOfRow } from './line-of-row.js';
import { tableRefusal } from './table-refusal.js';
import type { TableSource } from './table-refusal.js';

/** A table as text: every cell as it stands in the file, null where it is empty. */
export interface TextTable {
  readonly rows: number;
  /** By name, in the order of the file. */
  readonly columns: ReadonlyMap<string, readonly (string | null)[]>;
  /** Where a row (from 0) stands, for people: its line in a CSV file, its number in another. */
  readonly where: (row: number) => string;
}

/**
 * Reads a CSV file (plain or .gz; comma, semicolon, tab or pipe; quotes doubled) or a Parquet file.
 * Throws a DomainError: `unreadable-file`, `ragged-row` (naming the line), `duplicate-column`,
 * `empty-table`.
 */
export async function readTable(path: string): Promise<TextTable> {
  await access(path).catch((cause: unknown) => {
    throw new DomainError('unreadable-file', `There is no readable file ${path}.`, { cause });
  });
  const source = path.endsWith('.parquet') ? parquetSource(path) : await csvSource(path);
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  try {
    return await readAll(connection, source);
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

async function readAll(connection: DuckDBConnection, source: TableSource): Promise<TextTable> {
  const { path } = source;
  let result: DuckDBMaterializedResult;
  try {
    result = await connection.run(source.sql);
    const columns = new Map<string, (string | null)[]>();
    const names = result.deduplicatedColumnNames();
    const cells = await result.getColumnsJS();
    names.forEach((name, index) => {
      columns.set(name, (cells[index] ?? []).map(textOf));
    });
    const rows = cells[0]?.length ?? 0;
    if (rows === 0) throw new DomainError('empty-table', `${path} has no rows.`);
    return { rows, columns, where: (row) => placeOf(path, row) };
  } catch (error) {
    throw error instanceof DomainError ? error : tableRefusal(source, error);
  }
}

function placeOf(path: string, row: number): string {
  return path.endsWith('.parquet') ? `row ${row + 1}` : `line ${lineOfRow(path, row)}`;
}

function textOf(cell: unknown): string | null {
  return typeof cell === 'string' ? cell : null;
}

function parquetSource(path: string): TableSource {
  const sql = `SELECT CAST(COLUMNS(*) AS VARCHAR) FROM read_parquet(${sqlText(path)})`;
  return { path, sql, names: [] };
}

async function csvSource(path: string): Promise<TableSource> {
  const header = await firstRecord(path);
  const delimiter = delimiterOf(header);
  const names = splitRecord(header, delimiter);
  refuseDuplicates(path, names);
  const columns = names.map((name) => `${sqlText(name)}: 'VARCHAR'`).join(', ');
  // Nothing is sniffed: what the header says holds for the whole file, and kinds are ours to infer.
  const options = [
    'auto_detect = false',
    'header = true',
    `delim = ${sqlText(delimiter)}`,
    `quote = '"'`,
    `escape = '"'`,
    `columns = {${columns}}`,
    `compression = '${path.endsWith('.gz') ? 'gzip' : 'none'}'`,
    'strict_mode = true',
  ];
  return { path, sql: `SELECT * FROM read_csv(${sqlText(path)}, ${options.join(', ')})`, names };
}

function refuseDuplicates(path: string, names: readonly string[]): void {
  const seen = new Map<string, number>();
  names.forEach((name, index) => {
    const column = index + 1;
    if (name === '') {
      throw new DomainError('unnamed-column', `Column ${column} of ${path} has no name (line 1).`);
    }
    // DuckDB's names ignore case, so two that differ by case alone cannot both be read.
    const first = seen.get(name.toLowerCase());
    if (first !== undefined) {
      const text = `The header of ${path} (line 1) has "${name}" twice: columns ${first} and ${column}.`;
      throw new DomainError('duplicate-column', text);
    }
    seen.set(name.toLowerCase(), column);
  });
}

/** The first line of a file, lines inside quotes counted as one; without byte order mark. */
async function firstRecord(path: string): Promise<string> {
  const file = createReadStream(path);
  const stream: Readable = path.endsWith('.gz') ? file.pipe(createGunzip()) : file;
  stream.setEncoding('utf8');
  let text = '';
  try {
    for await (const chunk of stream as AsyncIterable<string>) {
      text += chunk;
      const end = endOfRecord(text);
      if (end >= 0) return headerIn(path, text.slice(0, end));
    }
  } catch (cause) {
    if (cause instanceof DomainError) throw cause;
    const reason = path.endsWith('.gz') ? ': it is not a gzip file' : '';
    throw new DomainError('unreadable-file', `${path} cannot be read${reason}.`, { cause });
  } finally {
    file.destroy();
  }
  if (text.trim() === '') throw new DomainError('empty-table', `${path} is empty.`);
  return headerIn(path, text);
}

/** The header without byte order mark; refuses bytes that are no UTF-8, as UTF-16's. */
function headerIn(path: string, text: string): string {
  if (!/[\0\uFFFD]/.test(text)) return text.replace(/^\uFEFF/, '');
  const reason = 'it is not UTF-8 text there.';
  throw new DomainError('unreadable-file', `${path} cannot be read (line 1): ${reason}`);
}

function endOfRecord(text: string): number {
  let quoted = false;
  for (let i = 0; i < text.length; i += 1) {
    const letter = text[i];
    if (letter === '"') quoted = !quoted;
    else if (!quoted && (letter === '\n' || letter === '\r')) return i;
  }
  return -1;
}

function delimiterOf(header: string): string {
  const bare = header.replace(/"[^"]*"/g, '');
  const counts = [',', ';', '\t', '|'].map((mark) => [mark, bare.split(mark).length] as const);
  return counts.reduce((most, next) => (next[1] > most[1] ? next : most))[0];
}

function splitRecord(record: string, delimiter: string): string[] {
  const names: string[] = [];
  let [name, quoted] = ['', false];
  for (const letter of record) {
    if (letter === '"') quoted = !quoted;
    if (letter === delimiter && !quoted) {
      names.push(name);
      name = '';
    } else name += letter;
  }
  return [...names, name].map((raw) =>
    raw
      .trim()
      .replace(/^"(.*)"$/s, '$1')
      .replaceAll('""', '"'),
  );
}

function sqlText(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
