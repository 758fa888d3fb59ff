import type { Line } from './import-lines.js';

/** One record of a CSV file: its cells, and the line on which it begins. */
export interface CsvRecord {
  readonly line: number;
  readonly cells: readonly string[];
}

/** A record that cannot be read. */
export interface CsvFault {
  readonly line: number;
  readonly fault: string;
}

// A quote that is never closed must not swallow the rest of the file.
const MAX_LINES_OF_RECORD = 1000;

type Quoted = { readonly cells: string[] } | { readonly fault: string } | 'open';

function closingQuote(text: string, from: number): number {
  for (let at = text.indexOf('"', from); at >= 0; at = text.indexOf('"', at + 2)) {
    if (text[at + 1] !== '"') return at;
  }
  return -1;
}

interface Cell {
  readonly text: string;
  /** Where the delimiter after the cell is expected. */
  readonly end: number;
}

function plainCell(text: string, at: number, delimiter: string): Cell {
  const next = text.indexOf(delimiter, at);
  const end = next < 0 ? text.length : next;
  return { text: text.slice(at, end), end };
}

function quotedCell(text: string, at: number): Cell | null {
  const close = closingQuote(text, at + 1);
  if (close < 0) return null;
  return { text: text.slice(at + 1, close).replaceAll('""', '"'), end: close + 1 };
}

function splitQuoted(text: string, delimiter: string): Quoted {
  const cells: string[] = [];
  for (let at = 0; ; at += delimiter.length) {
    const cell = text[at] === '"' ? quotedCell(text, at) : plainCell(text, at, delimiter);
    if (cell === null) return 'open';
    cells.push(cell.text);
    at = cell.end;
    if (at === text.length) return { cells };
    if (!text.startsWith(delimiter, at)) return { fault: 'has text after a closing quote' };
  }
}

/**
 * Cuts lines into CSV records (RFC 4180: quoted cells may hold the delimiter, doubled quotes and
 * line ends). Cells stay text: an id such as 007 is not turned into a number. Blank lines are
 * passed over.
 */
export class CsvReader {
  private readonly delimiter: string;
  private open: Line[] = [];

  constructor(delimiter: string) {
    this.delimiter = delimiter;
  }

  /** The records that end within these lines. */
  read(lines: readonly Line[]): (CsvRecord | CsvFault)[] {
    return lines.flatMap((line) => this.readLine(line));
  }

  /** What is left at the end of the file. */
  end(): (CsvRecord | CsvFault)[] {
    const records: (CsvRecord | CsvFault)[] = [];
    while (this.open.length > 0) records.push(...this.giveUp());
    return records;
  }

  private readLine(line: Line): (CsvRecord | CsvFault)[] {
    if (this.open.length === 0 && !line.text.includes('"')) {
      if (line.text === '') return [];
      return [{ line: line.line, cells: line.text.split(this.delimiter) }];
    }
    this.open.push(line);
    // Only a line with a quote can close the cell.
    if (this.open.length > 1 && !line.text.includes('"')) return this.limit();
    const first = this.open[0]?.line ?? line.line;
    const result = splitQuoted(this.open.map(({ text }) => text).join('\n'), this.delimiter);
    if (result === 'open') return this.limit();
    this.open = [];
    return [{ line: first, ...result }];
  }

  private limit(): (CsvRecord | CsvFault)[] {
    return this.open.length > MAX_LINES_OF_RECORD ? this.giveUp() : [];
  }

  /** Refuses the line with the open quote and reads those after it again. */
  private giveUp(): (CsvRecord | CsvFault)[] {
    const [first, ...rest] = this.open;
    this.open = [];
    if (first === undefined) return [];
    return [{ line: first.line, fault: 'opens a quote that is never closed' }, ...this.read(rest)];
  }
}
