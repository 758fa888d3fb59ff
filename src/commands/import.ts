import { access, stat } from 'node:fs/promises';

import type { Command } from 'commander';
import { Argument, Option } from 'commander';

import { addressOf, ApiClient, ApiError } from './api-client.js';
import type { KindName } from './import-kinds.js';
import { KIND_NAMES, KINDS } from './import-kinds.js';
import { MappingError, readMapping } from './import-mapping.js';
import { startProgress } from './import-progress.js';
import type { Format } from './import-rows.js';
import { FORMATS } from './import-rows.js';
import type { ImportSummary, RejectedRow } from './import-run.js';
import { runImport } from './import-run.js';

interface ImportOptions {
  readonly map: string[];
  readonly set: string[];
  readonly sql?: string;
  readonly format?: Format;
  readonly delimiter?: string;
  readonly idFromLine?: boolean;
  readonly json?: boolean;
}

const HELP = `
Formats: CSV and TSV, NDJSON, JSON (one array), each also as .gz; Parquet; YAML for journeys.

A column that bears a field's name is read as that field; --map and --set name the others. A dot
reaches into an object: --map labels.service=svc, --map properties.amount=amount, and in NDJSON
and JSON also on the right: --map actor=user.id. Times are written in UTC; without an offset they
are taken for UTC. Rows are refused one by one, by their line; good rows are kept.

--sql runs a query (DuckDB) over the files; each is a view of its base name without extension, with
column types detected, and the columns of the result are the fields:
  throughline import stage-metrics user_activity.csv --set journey=shop --set stage=visit \\
    --set bucket=1h --sql "select timestamp as bucketStart, active_users as entered,
    round(active_users * conversion_rate_percent / 100)::bigint as converted from user_activity"

A record is known from the moment it arrives; with a key of scope backfill --map receivedAt=column
says when it would have been known, and history is judged by that.

Events without an id are known by their content: two equal rows are one event. --id-from-line gives
each row the id file:line instead, so equal rows stay apart and importing the file again adds none.

Exit status: 0 all taken, 1 some or all rejected or the service out of reach, 2 wrong usage.
Reads THROUGHLINE_URL and THROUGHLINE_API_KEY (or the key in THROUGHLINE_DATA_DIR).`;

const SHOWN = 50;

function rowLine(row: RejectedRow, files: readonly string[]): string {
  const pointer = row.pointer === '' ? '' : ` ${row.pointer}`;
  return `${row.file ?? files.join('+')}:${row.line}: ${row.code}${pointer} ${row.detail}\n`;
}

function report(summary: ImportSummary, files: readonly string[], json: boolean): void {
  const { accepted, duplicates, rejected, leftOut, stopped } = summary;
  if (json) {
    const more = stopped === undefined ? {} : { stopped };
    process.stdout.write(`${JSON.stringify({ accepted, duplicates, rejected, ...more })}\n`);
    return;
  }
  if (leftOut.length > 0) process.stderr.write(`columns left out: ${leftOut.join(', ')}\n`);
  for (const row of rejected.slice(0, SHOWN)) process.stderr.write(rowLine(row, files));
  if (rejected.length > SHOWN) {
    process.stderr.write(`… and ${rejected.length - SHOWN} more; --json tells all\n`);
  }
  if (stopped !== undefined) process.stderr.write(`stopped: ${stopped}\n`);
  process.stdout.write(
    `${accepted} accepted, ${duplicates} duplicates, ${rejected.length} rejected\n`,
  );
}

async function checkUsage(
  kind: KindName,
  files: readonly string[],
  options: ImportOptions,
): Promise<void> {
  if (options.idFromLine === true && !Object.hasOwn(KINDS[kind].fields, 'id')) {
    throw new MappingError(`--id-from-line: ${kind} have no id`);
  }
  for (const file of files) {
    await access(file).catch((cause: unknown) => {
      throw new MappingError(`cannot read ${file}`, { cause });
    });
    const found = await stat(file);
    if (found.isDirectory()) throw new MappingError(`cannot read ${file}: it is a folder`);
    // A query looks at its files more than once; rows are sent as they come through a pipe.
    if (options.sql !== undefined && !found.isFile()) {
      throw new MappingError(`--sql: ${file} is a pipe, write it to a file first`);
    }
  }
}

async function importFiles(
  kind: KindName,
  files: readonly string[],
  options: ImportOptions,
): Promise<ImportSummary> {
  await checkUsage(kind, files, options);
  const request = {
    kind,
    files,
    mapping: readMapping(KINDS[kind], options),
    sql: options.sql,
    format: options.format,
    delimiter: options.delimiter === '\\t' ? '\t' : options.delimiter,
    idFromLine: options.idFromLine ?? false,
  };
  const client = new ApiClient(await addressOf(process.env));
  const progress = await startProgress(files);
  try {
    return await runImport(client, request, progress);
  } finally {
    progress.stop();
  }
}

const repeatable = (flags: string, description: string): Option =>
  new Option(flags, description)
    .argParser((text, before: readonly string[]) => [...before, text])
    .default([], 'none');

/** Adds `import`: files of journeys, events, outcomes and the rest through the public API. */
export function registerImport(program: Command): void {
  program
    .command('import')
    .description('send files of the contract’s bodies, or tables mapped to them, to the service')
    .addArgument(new Argument('<kind>', 'what the rows are').choices(KIND_NAMES))
    .argument('<file...>', 'CSV, NDJSON, JSON, Parquet or YAML')
    .addOption(repeatable('--map <field=column>', 'read a field from a column (repeatable)'))
    .addOption(repeatable('--set <field=value>', 'the same value in every row (repeatable)'))
    .option('--sql <query>', 'import the result of a query over the files')
    .addOption(new Option('--format <format>', 'instead of the extension').choices(FORMATS))
    .option('--delimiter <text>', 'between the cells of a CSV file')
    .option('--id-from-line', 'give rows without an id the id file:line')
    .option('--json', 'print the summary as JSON')
    .addHelpText('after', HELP)
    .action(async (kind: KindName, files: string[], options: ImportOptions, command: Command) => {
      try {
        const summary = await importFiles(kind, files, options);
        report(summary, files, options.json ?? false);
        const complete = summary.rejected.length === 0 && summary.stopped === undefined;
        process.exitCode = complete ? 0 : 1;
      } catch (error) {
        if (error instanceof MappingError || error instanceof ApiError) {
          command.error(`error: ${error.message}`, { exitCode: 2 });
        }
        throw error;
      }
    });
}
