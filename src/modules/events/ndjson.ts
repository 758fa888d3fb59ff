import type { Readable } from 'node:stream';

/** One line of an NDJSON body: its value, or why it is none. Blank lines are passed over, but counted. */
export type Line =
  | { readonly index: number; readonly value: unknown }
  | { readonly index: number; readonly code: string; readonly detail: string };

const MAX_LINE = 1024 * 1024;
const NEWLINE = 0x0a;

/** A UTF-8 text of so many characters may be too long; one of fewer never is. */
const MAY_BE_LONG = MAX_LINE / 3;

function lineOf(index: number, text: string): Line | null {
  if (text === '') return null;
  if (text.length > MAY_BE_LONG && Buffer.byteLength(text) > MAX_LINE) {
    return { index, code: 'line-too-long', detail: 'is longer than 1 MiB' };
  }
  try {
    return { index, value: JSON.parse(text) };
  } catch {
    if (text.trim() === '') return null;
    return { index, code: 'malformed-json', detail: 'is not JSON' };
  }
}

/** Splits a stream into lines, whole pieces of it at once; at most one long line in memory. */
async function* rawLines(stream: Readable): AsyncGenerator<readonly string[]> {
  let rest: Buffer[] = [];
  let held = 0;
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    const last = chunk.lastIndexOf(NEWLINE);
    if (last !== -1) {
      const whole = rest.length === 0 ? chunk : Buffer.concat([...rest, chunk]);
      yield whole.toString('utf8', 0, whole.length - (chunk.length - last)).split('\n');
      rest = [];
      held = 0;
    }
    // Of a line that is too long only its excess matters, so no more of it is kept.
    if (held <= MAX_LINE) rest.push(chunk.subarray(last + 1));
    held += chunk.length - last - 1;
  }
  if (held > 0) yield [Buffer.concat(rest).toString('utf8')];
}

/** How long the lines of a batch may be together: ten thousand long ones must fit into memory too. */
const MAX_BATCH = 32 * MAX_LINE;

/** The lines of an NDJSON stream in batches: so many lines at most, fewer where they are long. */
export async function* lineBatches(stream: Readable, size: number): AsyncGenerator<Line[]> {
  let batch: Line[] = [];
  let held = 0;
  let index = 0;
  for await (const texts of rawLines(stream)) {
    for (const text of texts) {
      const line = lineOf(index, text);
      index += 1;
      if (line === null) continue;
      batch.push(line);
      held += Math.min(text.length, MAX_LINE);
      if (batch.length < size && held < MAX_BATCH) continue;
      yield batch;
      batch = [];
      held = 0;
    }
  }
  if (batch.length > 0) yield batch;
}
