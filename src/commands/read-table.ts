import { DuckDBInstance } from '@duckdb/node-api';
import type { DuckDBConnection } from '@duckdb/node-api';

import { DomainError } from '../core/errors/domain-error.js';
import { csvHeader } from './csv-header.js';
import { withInputFile, withLineFeeds } from './input-file.js';
import type { InputFile } from './input-file.js';
import { recordLines } from './record-lines.js';
import type { RecordLines } from './record-lines.js';
import { sqlFile, sqlText } from './sql-text.js';
import { saysMixedEnds, tableRefusal } from './table-refusal.js';
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
 * Reads a CSV file (plain or gzip; comma, semicolon, tab or pipe; quotes doubled) or a Parquet file,
 * or what comes through a pipe. Throws a DomainError: `unreadable-file`, `ragged-row` (naming the
 * line), `duplicate-column`, `unnamed-column`, `empty-table`.
 */
export async function readTable(path: string): Promise<TextTable> {
  return withInputFile(path, async (input) => {
    try {
      return await tableIn(input);
    } catch (error) {
      if (!saysMixedEnds(error)) throw error;
      return withLineFeeds(input, tableIn);
    }
  });
}

async function tableIn(input: InputFile): Promise<TextTable> {
  const source = input.isParquet ? parquetSource(input) : await csvSource(input);
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
  const { input, names } = source;
  try {
    // Parquet's moments are written with the zone of the session, not of this machine.
    await connection.run("SET TimeZone = 'UTC'");
    const result = await connection.run(source.sql);
    const columns = new Map<string, (string | null)[]>();
    const cells = await result.getColumnsJS();
    (names ?? result.deduplicatedColumnNames()).forEach((name, index) => {
      columns.set(name, (cells[index] ?? []).map(textOf));
    });
    const rows = cells[0]?.length ?? 0;
    if (rows === 0) throw new DomainError('empty-table', `${input.path} has no rows.`);
    return { rows, columns, where: placesIn(input) };
  } catch (error) {
    throw error instanceof DomainError ? error : tableRefusal(source, error);
  }
}

/** Lines are looked up when a row is refused, and ahead of that where the file will be gone by then. */
function placesIn(input: InputFile): (row: number) => string {
  if (input.isParquet) return (row) => `row ${row + 1}`;
  let lines: RecordLines | undefined = input.isPassing ? recordLines(input) : undefined;
  return (row) => {
    lines ??= recordLines(input);
    // The first record is the header.
    return `line ${lines.filled[row + 1] ?? '?'}`;
  };
}

function textOf(cell: unknown): string | null {
  return typeof cell === 'string' ? cell : null;
}

function parquetSource(input: InputFile): TableSource {
  // A folder called `year=2026` is no column of the file.
  const file = `${sqlFile(input.file)}, hive_partitioning = false`;
  const sql = `SELECT CAST(COLUMNS(*) AS VARCHAR) FROM read_parquet(${file})`;
  return { input, sql };
}

async function csvSource(input: InputFile): Promise<TableSource> {
  const { names, delimiter, line } = await csvHeader(input);
  // DuckDB's names ignore case, so that two which differ by case alone could not both be read.
  const columns = names.map((_, index) => `c${index + 1}: 'VARCHAR'`).join(', ');
  // Nothing is sniffed: what the header says holds for the whole file, and kinds are ours to infer.
  const options = [
    'auto_detect = false',
    'header = true',
    `skip = ${line - 1}`,
    `delim = ${sqlText(delimiter)}`,
    `quote = '"'`,
    `escape = '"'`,
    `columns = {${columns}}`,
    `compression = '${input.isGzip ? 'gzip' : 'none'}'`,
    'strict_mode = true',
  ];
  const sql = `SELECT * FROM read_csv(${sqlFile(input.file)}, ${options.join(', ')})`;
  return { input, sql, names };
}
