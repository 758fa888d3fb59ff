import type { ApiClient } from './api-client.js';
import { readAhead } from './import-ahead.js';
import { sendBatch } from './import-batch.js';
import type { KindName } from './import-kinds.js';
import { KINDS } from './import-kinds.js';
import type { Mapping } from './import-mapping.js';
import { MappingError } from './import-mapping.js';
import type { Progress } from './import-progress.js';
import type { Format, ImportRow, ImportSource } from './import-rows.js';
import { fileRows, formatOf, queryRows } from './import-rows.js';

/** What to import. */
export interface ImportRequest {
  readonly kind: KindName;
  readonly files: readonly string[];
  readonly mapping: Mapping;
  readonly sql: string | undefined;
  readonly format: Format | undefined;
  readonly delimiter: string | undefined;
  readonly idFromLine: boolean;
}

/** A row that was not taken, by its line; its file only where there were several. */
export interface RejectedRow {
  readonly file?: string;
  readonly line: number;
  readonly code: string;
  readonly pointer: string;
  readonly detail: string;
}

/** What became of an import. */
export interface ImportSummary {
  accepted: number;
  duplicates: number;
  readonly rejected: RejectedRow[];
  /** Columns that no field was read from. */
  leftOut: readonly string[];
  /** Why the import stopped before its end. */
  stopped?: string;
}

interface Batch {
  readonly texts: string[];
  readonly lines: number[];
  readonly faults: RejectedRow[];
  bytes: number;
}

const MAX_BYTES = 4 << 20;

const emptyBatch = (): Batch => ({ texts: [], lines: [], faults: [], bytes: 0 });

function add(batch: Batch, row: ImportRow): void {
  if (!('body' in row)) {
    batch.faults.push({ line: row.line, code: row.code, pointer: '', detail: row.detail });
    return;
  }
  const text = JSON.stringify(row.body);
  batch.texts.push(text);
  batch.lines.push(row.line);
  batch.bytes += text.length;
}

async function* batches(
  rows: AsyncGenerator<readonly ImportRow[]>,
  size: number,
): AsyncGenerator<Batch> {
  let batch = emptyBatch();
  for await (const some of rows) {
    for (const row of some) {
      add(batch, row);
      if (batch.texts.length >= size || batch.bytes >= MAX_BYTES) {
        yield batch;
        batch = emptyBatch();
      }
    }
  }
  yield batch;
}

async function sendAll(
  client: ApiClient,
  kind: KindName,
  rows: AsyncGenerator<readonly ImportRow[]>,
  into: { summary: ImportSummary; file: string | undefined; progress: Progress },
): Promise<void> {
  const { summary, progress } = into;
  const file = into.file === undefined ? {} : { file: into.file };
  for await (const batch of readAhead(batches(rows, KINDS[kind].batch), 2)) {
    const answer = await sendBatch(client, kind, batch.texts);
    summary.accepted += answer.accepted;
    summary.duplicates += answer.duplicates;
    const refused = answer.rejected.map(({ index, ...why }) => ({
      line: batch.lines[index] ?? 0,
      ...why,
    }));
    const all = [...batch.faults, ...refused].sort((a, b) => a.line - b.line);
    summary.rejected.push(...all.map((row) => ({ ...file, ...row })));
    progress.tell(`${summary.accepted} accepted, ${summary.rejected.length} rejected`);
  }
}

/**
 * Sends files to the service, batch by batch; good rows are kept, bad ones told by their line.
 *
 * @throws MappingError where the flags do not fit the file; nothing of that file was sent then.
 */
export async function runImport(
  client: ApiClient,
  request: ImportRequest,
  progress: Progress,
): Promise<ImportSummary> {
  const { kind, files, sql } = request;
  const summary: ImportSummary = { accepted: 0, duplicates: 0, rejected: [], leftOut: [] };
  const source: ImportSource = {
    kind: KINDS[kind],
    mapping: request.mapping,
    delimiter: request.delimiter,
    idFromLine: request.idFromLine,
    onBytes: progress.read,
    onColumns: (leftOut) => {
      summary.leftOut = leftOut;
    },
  };
  try {
    if (sql !== undefined) {
      const into = { summary, file: undefined, progress };
      await sendAll(client, kind, queryRows(files, sql, source), into);
      return summary;
    }
    for (const file of files) {
      const rows = fileRows(file, request.format ?? formatOf(file), source);
      await sendAll(client, kind, rows, {
        summary,
        file: files.length > 1 ? file : undefined,
        progress,
      });
    }
  } catch (error) {
    if (error instanceof MappingError && summary.accepted === 0) throw error;
    // What was taken so far is told either way.
    summary.stopped = error instanceof Error ? error.message : String(error);
  }
  return summary;
}
