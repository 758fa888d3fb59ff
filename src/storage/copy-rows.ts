import { finished } from 'node:stream/promises';
import type { PoolClient } from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import type { EntityManager } from 'typeorm';

/** A value of a row; null and undefined are SQL's null. */
export type CopyValue = string | number | null | undefined;

const SPECIAL = /[\\\t\n\r]/;
const ESCAPES: Readonly<Record<string, string>> = {
  '\\': '\\\\',
  '\t': '\\t',
  '\n': '\\n',
  '\r': '\\r',
};

function written(value: CopyValue): string {
  if (value === null || value === undefined) return '\\N';
  if (typeof value === 'number') return String(value);
  return SPECIAL.test(value)
    ? value.replace(/[\\\t\n\r]/g, (found) => ESCAPES[found] ?? '')
    : value;
}

/** One line of PostgreSQL's COPY text format. */
export function copyLine(values: readonly CopyValue[]): string {
  let line = '';
  for (const value of values) line += line === '' ? written(value) : `\t${written(value)}`;
  return `${line}\n`;
}

/** Writes rows by COPY inside the caller's transaction: several times faster than INSERT. */
export async function copyRows(sql: EntityManager, into: string, lines: string): Promise<void> {
  const client = (await sql.queryRunner?.connect()) as PoolClient;
  const stream = client.query(copyFrom(`COPY ${into} FROM STDIN`));
  stream.end(lines);
  await finished(stream);
}
