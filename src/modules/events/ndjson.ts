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

/** How long the lines of a batch may be together: ten thousand long ones must fit into memory too. */
const MAX_BATCH = 32 * MAX_LINE;

/** The lines of an NDJSON stream in batches: so many lines at most, fewer where they are long. */
export async function* lineBatches(stream: Readable, size: number): AsyncGenerator<Line[]> {
  let batch: Line[] = [];
  let held = 0;
  let index = 0;
  for await (const bytes of rawLines(stream)) {
    const line = lineOf(index, bytes);
    index += 1;
    if (line === null) continue;
    batch.push(line);
    held += Math.min(bytes.length, MAX_LINE);
    if (batch.length === size || held >= MAX_BATCH) {
      yield batch;
      batch = [];
      held = 0;
    }
  }
  if (batch.length > 0) yield batch;
}
