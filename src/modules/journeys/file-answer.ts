import { Readable } from 'node:stream';

import { StreamableFile } from '@nestjs/common';

import type { Table, TableFormat } from '../../storage/table-file.js';
import { tableFile } from '../../storage/table-file.js';

const TYPES: Readonly<Record<TableFormat, string>> = {
  csv: 'text/csv; charset=utf-8; header=present',
  parquet: 'application/vnd.apache.parquet',
};

/** Media types of files. */
export const TABLE_TYPES = Object.values(TYPES).map((type) => type.split(';')[0] ?? type);

/** Whether a file was asked for, not JSON. */
export function isFile(format: TableFormat | 'json' | undefined): format is TableFormat {
  return format !== undefined && format !== 'json';
}

/** A table as a file to keep. */
export async function fileAnswer(
  table: Table,
  format: TableFormat,
  name: string,
): Promise<StreamableFile> {
  return new StreamableFile(await tableFile(table, format), {
    type: TYPES[format],
    disposition: `attachment; filename="${name.replaceAll(/[^\w.-]/g, '_')}.${format}"`,
  });
}

/** JSON that is written already, in pieces: put together, megabytes would be copied and thrown away. */
export function jsonAnswer(pieces: readonly Buffer[]): StreamableFile {
  const left = pieces.values();
  const stream = new Readable({
    read(): void {
      for (const piece of left) if (!this.push(piece)) return;
      this.push(null);
    },
  });
  const length = pieces.reduce((sum, piece) => sum + piece.length, 0);
  return new StreamableFile(stream, { type: 'application/json; charset=utf-8', length });
}
