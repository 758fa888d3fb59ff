import type { EntityManager } from 'typeorm';

/** What every store runs on: a transaction's manager, or the data source's own. */
export type Sql = Pick<EntityManager, 'query' | 'getRepository'>;

/** Runs one statement and takes its rows in the shape that the statement was written for. */
export async function rows<T>(
  sql: Sql,
  statement: string,
  parameters: unknown[] = [],
): Promise<T[]> {
  return await sql.query<T[]>(statement, parameters);
}

/** Runs one statement for its effect; answers how many rows it gave back (RETURNING). */
export async function run(sql: Sql, statement: string, parameters: unknown[] = []): Promise<void> {
  await sql.query(statement, parameters);
}

/** Milliseconds of a database time. */
export function millis(at: Date): number;
export function millis(at: Date | null): number | undefined;
export function millis(at: Date | null): number | undefined {
  return at?.getTime();
}

/** A database time of milliseconds. */
export function timestamp(at: number): Date;
export function timestamp(at: number | undefined): Date | null;
export function timestamp(at: number | undefined): Date | null {
  return at === undefined ? null : new Date(at);
}
