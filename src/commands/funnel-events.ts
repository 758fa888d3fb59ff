import { DuckDBInstance } from '@duckdb/node-api';
import type { DuckDBConnection } from '@duckdb/node-api';

import { DomainError } from '../core/errors/domain-error.js';
import type { ActorEvents } from '../core/journeys/funnel-path.js';
import { firstRecord } from './csv-header.js';
import { withInputFile } from './input-file.js';
import type { InputFile } from './input-file.js';
import { recordLines } from './record-lines.js';
import { sqlFile, sqlText } from './sql-text.js';

/** Where the events are and what its columns are called. */
export interface EventFile {
  readonly path: string;
  readonly actor: string;
  readonly event: string;
  readonly time: string;
}

/** A row that was left out. */
export interface BadRow {
  /** On which it begins, from 1; of a Parquet file the row. */
  readonly line: number;
  readonly reason: string;
}

/** What a file of events holds, by actor. */
export interface FunnelEvents {
  readonly actors: Iterable<ActorEvents>;
  readonly events: number;
  readonly bad: readonly BadRow[];
}

type Format = 'csv' | 'ndjson' | 'parquet';

/** A file of events, and how it is read. */
interface EventSource extends EventFile {
  readonly input: InputFile;
  readonly format: Format;
  /** Lines before the header of a CSV file. */
  readonly skip: number;
}

const sqlName = (name: string): string => `"${name.replaceAll('"', '""')}"`;

function formatOf({ path, isParquet, begins }: InputFile): Format {
  if (isParquet) return 'parquet';
  const isNamed = /\.(ndjson|jsonl|json)(\.gz)?$/i.test(path);
  // What comes through a pipe has no name to tell by.
  return isNamed || begins.trimStart().startsWith('{') ? 'ndjson' : 'csv';
}

async function eventSource(file: EventFile, input: InputFile): Promise<EventSource> {
  const format = formatOf(input);
  const skip = format === 'csv' ? (await firstRecord(input)).line - 1 : 0;
  return { ...file, input, format, skip };
}

function fromJson(name: string): string {
  const path = sqlText(`$.${sqlName(name)}`);
  return `CASE WHEN json_valid(line) THEN json_extract_string(line, ${path}) END AS ${sqlName(name)}`;
}

/** The rows of the file as text, each with its number in the column `#`. */
function sourceOf({ input, format, skip, actor, event, time }: EventSource): string {
  const file = sqlFile(input.file);
  const packed = `compression = '${input.isGzip ? 'gzip' : 'none'}'`;
  switch (format) {
    case 'parquet':
      return `SELECT row_number() OVER () AS "throughline:row", *
        FROM read_parquet(${file}, hive_partitioning = false)`;
    case 'ndjson':
      // Line by line, so that a line that is no JSON does not end the reading.
      return `SELECT "throughline:row", ${[...new Set([actor, event, time])].map(fromJson).join(', ')}
        FROM (SELECT row_number() OVER () AS "throughline:row", line FROM read_csv(${file}, delim = chr(1),
          columns = {'line': 'VARCHAR'}, quote = '', escape = '', header = false,
          auto_detect = false, ${packed}))
        WHERE trim(line) <> ''`;
    case 'csv':
      return `SELECT row_number() OVER () AS "throughline:row", * FROM read_csv(${file}, header = true,
        all_varchar = true, skip = ${skip}, quote = '"', escape = '"', store_rejects = true, ${packed})`;
  }
}

/** Milliseconds from ISO 8601 (UTC where it names no zone), or from a number: seconds below 1e11. */
const MILLISECONDS = `CASE
  WHEN regexp_full_match(time_text, '-?\\d+(\\.\\d+)?') THEN
    CAST(time_text AS DOUBLE) * CASE WHEN abs(CAST(time_text AS DOUBLE)) < 1e11 THEN 1000 ELSE 1 END
  WHEN regexp_matches(time_text, ':\\d\\d.*([zZ]|[+-]\\d\\d(:?\\d\\d)?)$')
  THEN epoch_us(TRY_CAST(time_text AS TIMESTAMPTZ)) / 1000.0
  ELSE epoch_us(TRY_CAST(time_text AS TIMESTAMP)) / 1000.0 END`;

async function load(
  connection: DuckDBConnection,
  file: EventSource,
  maskSql: string,
): Promise<void> {
  const { actor, event, time } = file;
  const source = sourceOf(file);
  const described = await connection.runAndReadAll(`DESCRIBE ${source}`);
  const names = described
    .getRows()
    .flatMap(([name]) => (name === 'throughline:row' ? [] : [String(name)]));
  for (const name of [actor, event, time]) {
    if (names.some((known) => known.toLowerCase() === name.toLowerCase())) continue;
    const message = `There is no column "${name}" in ${file.path}; there are ${names.join(', ')}.`;
    throw new DomainError('unknown-column', message);
  }
  await connection.run(`CREATE TEMP TABLE event AS
    WITH text AS (
      SELECT "throughline:row" AS place, CAST(${sqlName(actor)} AS VARCHAR) AS actor,
        CAST(${sqlName(event)} AS VARCHAR) AS event, trim(CAST(${sqlName(time)} AS VARCHAR)) AS time_text
      FROM (${source})),
    timed AS (SELECT *, ${MILLISECONDS} AS ms FROM text)
    SELECT place, actor, ms, ${maskSql} AS mask,
      CASE WHEN actor IS NULL THEN 'it has no actor'
        WHEN event IS NULL THEN 'it has no event'
        WHEN time_text IS NULL THEN 'it has no time'
        WHEN ms IS NULL THEN 'its time "' || time_text || '" cannot be read' END AS reason
    FROM timed`);
}

async function badRows(
  connection: DuckDBConnection,
  { input, format }: EventSource,
): Promise<BadRow[]> {
  const result = await connection.runAndReadAll(
    'SELECT place, reason FROM event WHERE reason IS NOT NULL ORDER BY place',
  );
  const unread = result
    .getRows()
    .map(([place, reason]) => ({ line: Number(place), reason: String(reason) }));
  if (format !== 'csv') return unread;
  const rejects = await connection.runAndReadAll(
    'SELECT DISTINCT ON (line) line, error_type FROM reject_errors ORDER BY line',
  );
  if (unread.length + rejects.getRows().length === 0) return [];
  // DuckDB counts records, however many lines one has.
  const { all, filled } = recordLines(input);
  const rejected = rejects.getRows().map(([record, type]) => ({
    line: all[Number(record) - 1] ?? Number(record),
    reason: `it does not have the header's columns (${String(type).toLowerCase()})`,
  }));
  // What was rejected has no row.
  const gone = new Set(rejected.map(({ line }) => line));
  const rows = filled.slice(1).filter((line) => !gone.has(line));
  const told = unread.map(({ line: row, reason }) => ({ line: rows[row - 1] ?? row, reason }));
  return [...rejected, ...told].sort((one, other) => one.line - other.line);
}

/** All good events by actor and time, in flat arrays; actor i begins at `starts[i]`. */
async function goodEvents(
  connection: DuckDBConnection,
): Promise<{ at: Float64Array; masks: Int32Array; starts: number[] }> {
  const counted = await connection.runAndReadAll('SELECT count(*) FROM event WHERE reason IS NULL');
  const size = Number(counted.getRows()[0]?.[0] ?? 0);
  const [at, masks, starts] = [new Float64Array(size), new Int32Array(size), [] as number[]];
  const result = await connection.stream(
    'SELECT actor, ms, mask FROM event WHERE reason IS NULL ORDER BY actor, ms',
  );
  let index = 0;
  let last: unknown;
  for await (const chunk of result) {
    const [actors, times, bits] = [0, 1, 2].map((column) => chunk.getColumnValues(column));
    actors?.forEach((actor, row) => {
      if (actor !== last || index === 0) starts.push(index);
      last = actor;
      at[index] = Number(times?.[row]);
      masks[index] = Number(bits?.[row]);
      index += 1;
    });
  }
  return { at, masks, starts };
}

function* actorsOf(at: Float64Array, masks: Int32Array, starts: number[]): Iterable<ActorEvents> {
  for (const [index, start] of starts.entries()) {
    const end = starts[index + 1] ?? at.length;
    yield { at: at.subarray(start, end), steps: masks.subarray(start, end) };
  }
}

/**
 * Reads a CSV, NDJSON (both plain or gzip) or Parquet file of events, or what comes through a pipe;
 * rows that cannot be used are named and left out.
 *
 * @throws DomainError `unreadable-file`, `empty-table`, `unknown-column`
 */
export async function readFunnelEvents(
  file: EventFile,
  maskOf: (event: string) => number,
  steps: readonly string[],
): Promise<FunnelEvents> {
  const cases = [...new Set(steps)].map((step) => `WHEN ${sqlText(step)} THEN ${maskOf(step)}`);
  const mask = `CASE event ${cases.join(' ')} ELSE 0 END`;
  return withInputFile(file.path, async (input) => {
    const source = await eventSource(file, input);
    const instance = await DuckDBInstance.create(':memory:');
    const connection = await instance.connect();
    try {
      return await readEvents(connection, source, mask);
    } catch (error) {
      if (error instanceof DomainError) throw error;
      const [reason = ''] = String(error instanceof Error ? error.message : error).split('\n');
      const message = `${file.path} cannot be read: ${reason}`;
      throw new DomainError('unreadable-file', message, { cause: error });
    } finally {
      connection.closeSync();
      instance.closeSync();
    }
  });
}

async function readEvents(
  connection: DuckDBConnection,
  source: EventSource,
  mask: string,
): Promise<FunnelEvents> {
  await load(connection, source, mask);
  const bad = await badRows(connection, source);
  const { at, masks, starts } = await goodEvents(connection);
  return {
    actors: { [Symbol.iterator]: () => actorsOf(at, masks, starts)[Symbol.iterator]() },
    events: at.length,
    bad,
  };
}
