import { closeSync, openSync, readFileSync, readSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';

const [QUOTE, LINE_FEED, RETURN, SPACE] = [0x22, 0x0a, 0x0d, 0x20];
// A quote opens where a cell begins, whichever mark is between them; spaces may stand before it.
const SEPARATORS = new Set([',', ';', '\t', '|'].map((mark) => mark.charCodeAt(0)));
const CHUNK = 1 << 20;

/** The lines, from 1, on which the records of a CSV file begin. */
export interface RecordLines {
  /** Of every record, an empty line being one: as DuckDB counts in its complaints. */
  readonly all: readonly number[];
  /** Of those that are not empty: the header's first, then the rows'. */
  readonly filled: readonly number[];
}

/** Where the bytes of a CSV file are. */
export interface CsvBytes {
  readonly file: string;
  readonly isGzip: boolean;
}

/** Where each record of a CSV file begins, lines inside quotes and empty lines counted. */
export function recordLines(bytes: CsvBytes): RecordLines {
  const scan = new RecordScan();
  for (const chunk of chunksOf(bytes)) scan.read(chunk);
  return scan.end();
}

function* chunksOf({ file, isGzip }: CsvBytes): Generator<Uint8Array> {
  if (isGzip) {
    yield gunzipSync(readFileSync(file));
    return;
  }
  const handle = openSync(file, 'r');
  try {
    const buffer = new Uint8Array(CHUNK);
    for (let read = readSync(handle, buffer); read > 0; read = readSync(handle, buffer)) {
      yield buffer.subarray(0, read);
    }
  } finally {
    closeSync(handle);
  }
}

class RecordScan {
  private readonly all: number[] = [];
  private readonly filled: number[] = [];
  private line = 1;
  private begun = 1;
  private isEmpty = true;
  private isQuoted = false;
  /** Whether a quote here would open: at the beginning of a cell, or doubled within one. */
  private mayOpen = true;
  private afterReturn = false;

  read(chunk: Uint8Array): void {
    for (const byte of chunk) {
      const isSecondHalf = byte === LINE_FEED && this.afterReturn;
      this.afterReturn = byte === RETURN;
      if (isSecondHalf) continue;
      if (byte === LINE_FEED || byte === RETURN) this.endLine();
      else this.readLetter(byte);
    }
  }

  end(): RecordLines {
    if (!this.isEmpty) this.endRecord();
    return { all: this.all, filled: this.filled };
  }

  private readLetter(byte: number): void {
    this.isEmpty = false;
    if (byte === QUOTE && (this.isQuoted || this.mayOpen)) {
      this.isQuoted = !this.isQuoted;
      this.mayOpen = true;
    } else if (!this.isQuoted) this.mayOpen = this.opensAfter(byte);
  }

  private opensAfter(byte: number): boolean {
    if (SEPARATORS.has(byte)) return true;
    return (this.mayOpen && byte === SPACE) || this.isOrderMark(byte);
  }

  /** The byte order mark that a file may begin with stands before its first cell. */
  private isOrderMark(byte: number): boolean {
    return this.all.length === 0 && this.mayOpen && [0xef, 0xbb, 0xbf].includes(byte);
  }

  private endLine(): void {
    this.line += 1;
    if (!this.isQuoted) this.endRecord();
  }

  private endRecord(): void {
    this.all.push(this.begun);
    if (!this.isEmpty) this.filled.push(this.begun);
    this.begun = this.line;
    this.isEmpty = true;
    this.mayOpen = true;
  }
}
