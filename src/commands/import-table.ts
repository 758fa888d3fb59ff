import { basename } from 'node:path';

import type { DuckDBConnection } from '@duckdb/node-api';
import { DuckDBInstance } from '@duckdb/node-api';

import { MappingError } from './import-mapping.js';
import { sqlFile } from './sql-text.js';

const identifier = (text: string): string => `"${text.replaceAll('"', '""')}"`;

/** The name under which a query sees a file: `shop/user-activity.csv.gz` is `user_activity`. */
function viewName(file: string): string {
  return basename(file)
    .replace(/\.gz$/, '')
    .replace(/\.[^.]+$/, '')
    .replaceAll(/\W/g, '_');
}

function reader(file: string): string {
  if (/\.(csv|tsv)(\.gz)?$/i.test(file)) return 'read_csv';
  if (/\.(json|ndjson|jsonl)(\.gz)?$/i.test(file)) return 'read_json';
  return 'read_parquet';
}

async function defineViews(connection: DuckDBConnection, files: readonly string[]): Promise<void> {
  for (const file of files) {
    await connection.run(
      `create view ${identifier(viewName(file))} as select * from ${reader(file)}(${sqlFile(file)}, hive_partitioning = false)`,
    );
  }
}

/** The columns of a query's result, and its rows in order, some thousands at a time. */
export interface QueryRows {
  readonly columns: readonly string[];
  readonly rows: AsyncIterable<readonly Readonly<Record<string, unknown>>[]>;
}

function queryError(cause: unknown): MappingError {
  const message = cause instanceof Error ? cause.message : String(cause);
  return new MappingError(message.replaceAll(/\s+/g, ' '), { cause });
}

async function* streamed(
  rows: AsyncIterable<readonly Readonly<Record<string, unknown>>[]>,
  close: () => void,
): AsyncGenerator<readonly Readonly<Record<string, unknown>>[]> {
  try {
    yield* rows;
  } catch (error) {
    throw queryError(error);
  } finally {
    close();
  }
}

/**
 * Runs a query over files, each of which it sees as a view of its base name; streams the result.
 * Without a query: every row of the one file. Times without a zone are UTC.
 *
 * @throws MappingError where the query or a file cannot be read.
 */
export async function queryFiles(
  files: readonly string[],
  sql: string | undefined,
): Promise<QueryRows> {
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  const close = (): void => {
    connection.closeSync();
    instance.closeSync();
  };
  try {
    await connection.run("set timezone = 'UTC'");
    await defineViews(connection, files);
    const all = `select * from ${identifier(viewName(files[0] ?? ''))}`;
    const result = await connection.stream(sql ?? all);
    return { columns: result.columnNames(), rows: streamed(result.yieldRowObjectJs(), close) };
  } catch (error) {
    close();
    throw queryError(error);
  }
}
