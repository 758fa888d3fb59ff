import type { Readable } from 'node:stream';

/** One line of an NDJSON body: its value, or why it is none. Blank lines are passed over, but counted. */
export type Line =
  | { readonly index: number; readonly value: unknown }
  | { readonly index: number; readonly code: string; readonly detail: string };

const MAX_LINE = 1024 * 1024;
const NEWLINE = 0x0a;

function lineOf(index: number, bytes: Buffer): Line | null {
  if (bytes.length > MAX_LINE) {
    return { index, code: 'line-too-long', detail: 'is longer than 1 MiB' };
  }
  const text = bytes.toString('utf8').trim();
  if (text === '') return null;
  try {
    return { index, value: JSON.parse(text) };
  } catch {
    return { index, code: 'malformed-json', detail: 'is not JSON' };
  }
}

/** Splits a stream into lines, at most one long line in memory. */
async function* rawLines(stream: Readable): AsyncGenerator<Buffer> {
  let rest: Buffer[] = [];
  let held = 0;
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    let from = 0;
    for (let at = chunk.indexOf(NEWLINE); at !== -1; at = chunk.indexOf(NEWLINE, from)) {
      yield Buffer.concat([...rest, chunk.subarray(from, at)]);
      rest = [];
      held = 0;
      from = at + 1;
    }
    // Of a line that is too long only its excess matters, so no more of it is kept.
    if (held <= MAX_LINE) rest.push(chunk.subarray(from));
    held += chunk.length - from;
  }
  if (held > 0) yield Buffer.concat(rest);
}

/** The lines of an NDJSON stream in batches. */
export async function* lineBatches(stream: Readable, size: number): AsyncGenerator<Line[]> {
  let batch: Line[] = [];
  let index = 0;
  for await (const bytes of rawLines(stream)) {
    const line = lineOf(index, bytes);
    index += 1;
    if (line === null) continue;
    batch.push(line);
    if (batch.length === size) {
      yield batch;
      batch = [];
    }
  }
  if (batch.length > 0) yield batch;
}
