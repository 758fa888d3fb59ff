import { createReadStream } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';

import { DuckDBInstance } from '@duckdb/node-api';

export const TABLE_FORMATS = ['json', 'csv', 'parquet'] as const;

/** The kinds of file that a table may be. */
export type TableFormat = Exclude<(typeof TABLE_FORMATS)[number], 'json'>;

type Cell = string | number | null;

/** A table with named and typed columns. */
export interface Table {
  readonly columns: Readonly<Record<string, 'VARCHAR' | 'DOUBLE' | 'BIGINT' | 'TIMESTAMPTZ'>>;
  readonly rows: Iterable<readonly Cell[]>;
}

const NEEDS_QUOTES = /[",\r\n]/;

/** A cell of a CSV file (RFC 4180): quoted where it must be, empty where there is nothing. */
function csvCell(cell: Cell): string {
  if (cell === null) return '';
  const text = String(cell);
  return text === '' || NEEDS_QUOTES.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

function* csvLines({ columns, rows }: Table): Generator<string> {
  yield `${Object.keys(columns).map(csvCell).join(',')}\r\n`;
  for (const row of rows) yield `${row.map(csvCell).join(',')}\r\n`;
}

/** The table as a file, as it is written. */
export async function tableFile(table: Table, format: TableFormat): Promise<Readable> {
  return format === 'csv' ? Readable.from(csvLines(table)) : await parquetFile(table);
}

/** DuckDB writes Parquet from a CSV file; both are gone once the answer was read. */
async function parquetFile(table: Table): Promise<Readable> {
  const folder = await mkdtemp(join(tmpdir(), 'throughline-export-'));
  try {
    const [csv, parquet] = [join(folder, 'table.csv'), join(folder, 'table.parquet')];
    await writeFile(csv, csvLines(table));
    const types = Object.entries(table.columns).map(([name, type]) => `'${name}': '${type}'`);
    const instance = await DuckDBInstance.create(':memory:');
    const connection = await instance.connect();
    try {
      await connection.run(`COPY (SELECT * FROM read_csv('${csv}', header = true, quote = '"',
        escape = '"', delim = ',', auto_detect = false, columns = {${types.join(', ')}}))
        TO '${parquet}' (FORMAT parquet)`);
    } finally {
      connection.closeSync();
      instance.closeSync();
    }
    const file = createReadStream(parquet);
    file.once('close', () => void rm(folder, { recursive: true, force: true }));
    return file;
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
}
