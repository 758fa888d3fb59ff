import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream';
import { createGunzip } from 'node:zlib';

/** One line of a file, counted from 1, without its line end. */
export interface Line {
  readonly line: number;
  readonly text: string;
}

/**
 * Reads a file as text in pieces, unpacked where its name ends in `.gz`; `onBytes` is told how many
 * bytes of the file have been read, for progress.
 */
export async function* readText(
  file: string,
  onBytes: (bytes: number) => void = () => undefined,
): AsyncGenerator<string> {
  const raw = createReadStream(file, { highWaterMark: 1 << 18 });
  raw.on('data', (chunk) => {
    onBytes(chunk.length);
  });
  const unpacked = file.endsWith('.gz')
    ? pipeline(raw, createGunzip({ chunkSize: 1 << 18 }), () => undefined)
    : raw;
  let first = true;
  unpacked.setEncoding('utf8');
  for await (const chunk of unpacked) {
    const text = String(chunk);
    yield first && text.startsWith('\uFEFF') ? text.slice(1) : text;
    first = false;
  }
}

/** Cuts text into lines at LF or CRLF, a piece's lines together (readline would also cut at U+2028). */
export async function* readLines(pieces: AsyncIterable<string>): AsyncGenerator<Line[]> {
  let rest = '';
  let line = 0;
  const cut = (text: string): Line => {
    line += 1;
    return { line, text: text.endsWith('\r') ? text.slice(0, -1) : text };
  };
  for await (const piece of pieces) {
    const texts = (rest + piece).split('\n');
    rest = texts.pop() ?? '';
    if (texts.length > 0) yield texts.map(cut);
  }
  if (rest !== '') yield [cut(rest)];
}
