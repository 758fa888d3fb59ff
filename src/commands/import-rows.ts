import { readFile, stat } from 'node:fs/promises';
import { basename } from 'node:path';

import { parse } from 'yaml';

import type { CsvFault, CsvRecord } from './import-csv.js';
import { CsvReader } from './import-csv.js';
import { JsonArrayReader } from './import-json.js';
import type { ImportKind } from './import-kinds.js';
import { readLines, readText } from './import-lines.js';
import type { Mapping } from './import-mapping.js';
import { bodyMaker, columnsByField, documentBody, MappingError } from './import-mapping.js';
import { queryFiles } from './import-table.js';

/** The file formats that can be imported; `sql` is the result of a query over the files. */
export const FORMATS = ['csv', 'ndjson', 'json', 'yaml', 'parquet'] as const;
export type Format = (typeof FORMATS)[number];

/** A body made of one row, or why there is none. */
export type ImportRow =
  | { readonly line: number; readonly body: Record<string, unknown> }
  | { readonly line: number; readonly code: string; readonly detail: string };

/** What to read and how to make bodies of it. */
export interface ImportSource {
  readonly kind: ImportKind;
  readonly mapping: Mapping;
  readonly delimiter: string | undefined;
  /** Gives each body without an id one of the file's name and the line. */
  readonly idFromLine: boolean;
  readonly onBytes: (bytes: number) => void;
  /** Told once which columns are left out. */
  readonly onColumns: (leftOut: readonly string[]) => void;
}

type Rows = AsyncGenerator<readonly ImportRow[]>;

/** The format that a file's name says. @throws MappingError */
export function formatOf(file: string): Format {
  const name = basename(file).toLowerCase().replace(/\.gz$/, '');
  const extension = name.slice(name.lastIndexOf('.') + 1);
  const aliases: Readonly<Record<string, Format>> = { tsv: 'csv', jsonl: 'ndjson', yml: 'yaml' };
  const format = aliases[extension] ?? FORMATS.find((known) => known === extension);
  if (format === undefined) {
    throw new MappingError(`${file}: name its format with --format ${FORMATS.join('|')}`);
  }
  return format;
}

function tableMaker(
  source: ImportSource,
  columns: readonly string[],
): (row: Readonly<Record<string, unknown>>) => Record<string, unknown> {
  const { kind, mapping } = source;
  const byField = columnsByField(kind, mapping, columns);
  for (const [field, column] of mapping.columns) {
    if (!columns.includes(column)) {
      const known = columns.join(', ');
      throw new MappingError(`--map ${field}=${column}: no column ${column}; there are ${known}`);
    }
  }
  const used = new Set(byField.values());
  source.onColumns(columns.filter((column) => !used.has(column)));
  return bodyMaker(kind, mapping, byField);
}

async function* csvRows(file: string, source: ImportSource): Rows {
  const delimiter = source.delimiter ?? (/\.tsv(\.gz)?$/i.test(file) ? '\t' : ',');
  const reader = new CsvReader(delimiter);
  let header: readonly string[] | undefined;
  let make: ReturnType<typeof tableMaker> | undefined;
  const rowOf = (record: CsvRecord | CsvFault): ImportRow[] => {
    if ('fault' in record) return [{ line: record.line, code: 'bad-row', detail: record.fault }];
    if (header === undefined || make === undefined) {
      header = record.cells;
      make = tableMaker(source, header);
      return [];
    }
    const { line, cells } = record;
    if (cells.length !== header.length) {
      const detail = `has ${cells.length} cells, the header has ${header.length}`;
      return [{ line, code: 'bad-row', detail }];
    }
    const row = Object.fromEntries(header.map((column, i) => [column, cells[i]]));
    return [{ line, body: make(row) }];
  };
  for await (const lines of readLines(readText(file, source.onBytes))) {
    yield reader.read(lines).flatMap(rowOf);
  }
  yield reader.end().flatMap(rowOf);
}

function parsedRow(item: { line: number; text: string }, source: ImportSource): ImportRow {
  let document: unknown;
  try {
    document = JSON.parse(item.text);
  } catch {
    return { line: item.line, code: 'bad-json', detail: 'is not JSON' };
  }
  return documentRow(item.line, document, source);
}

function documentRow(line: number, document: unknown, source: ImportSource): ImportRow {
  if (typeof document !== 'object' || document === null || Array.isArray(document)) {
    return { line, code: 'bad-row', detail: 'is not an object' };
  }
  return { line, body: documentBody(source.kind, source.mapping, { ...document }) };
}

async function* ndjsonRows(file: string, source: ImportSource): Rows {
  for await (const lines of readLines(readText(file, source.onBytes))) {
    yield lines.filter(({ text }) => text.trim() !== '').map((line) => parsedRow(line, source));
  }
}

async function* jsonRows(file: string, source: ImportSource): Rows {
  const reader = new JsonArrayReader();
  for await (const piece of readText(file, source.onBytes)) {
    yield reader.read(piece).map((item) => parsedRow(item, source));
  }
  yield reader.end().map((item) => parsedRow(item, source));
}

async function* yamlRows(file: string, source: ImportSource): Rows {
  const document: unknown = parse(await readFile(file, 'utf8'));
  source.onBytes((await stat(file)).size);
  const documents: unknown[] = Array.isArray(document) ? document : [document];
  yield documents.map((item, index) => documentRow(index + 1, item, source));
}

async function* tableRows(
  files: readonly string[],
  sql: string | undefined,
  source: ImportSource,
): Rows {
  const { columns, rows } = await queryFiles(files, sql);
  const make = tableMaker(source, columns);
  let line = 0;
  for await (const some of rows) {
    yield some.map((row) => {
      line += 1;
      return { line, body: make(row) };
    });
  }
}

const READERS: Readonly<Record<Format, (file: string, source: ImportSource) => Rows>> = {
  csv: csvRows,
  ndjson: ndjsonRows,
  json: jsonRows,
  yaml: yamlRows,
  parquet: (file, source) => tableRows([file], undefined, source),
};

async function* withIds(name: string, rows: Rows): Rows {
  for await (const some of rows) {
    yield some.map((row) =>
      'body' in row ? { ...row, body: { id: `${name}:${row.line}`, ...row.body } } : row,
    );
  }
}

/** The rows of a file, some at a time, in its order; lines are those of the file (Parquet: rows). */
export function fileRows(file: string, format: Format, source: ImportSource): Rows {
  const rows = READERS[format](file, source);
  return source.idFromLine ? withIds(basename(file), rows) : rows;
}

/** The rows of a query over files; lines are those of its result. */
export function queryRows(files: readonly string[], sql: string, source: ImportSource): Rows {
  const rows = tableRows(files, sql, source);
  return source.idFromLine ? withIds(files.map((file) => basename(file)).join('+'), rows) : rows;
}
