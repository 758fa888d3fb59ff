import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';

/**
 * The line on which a data row (from 0) of a CSV file begins, the header being line 1: lines inside
 * quotes and empty lines counted. Reads the file anew: it is asked only where a row is refused.
 */
export function lineOfRow(path: string, row: number): number {
  const bytes = readFileSync(path);
  const text = (path.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8');
  let [line, record, quoted, empty] = [1, -2, false, true];
  let begun = 1;
  for (const letter of text.replaceAll('\r\n', '\n').replaceAll('\r', '\n')) {
    if (letter === '\n' && !quoted) {
      if (!empty) record += 1;
      if (record === row && !empty) return begun;
      line += 1;
      begun = line;
      empty = true;
      continue;
    }
    if (letter === '\n') line += 1;
    if (letter === '"') quoted = !quoted;
    empty = false;
  }
  return begun;
}
