import { Readable } from 'node:stream';

import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';

import type { Line } from '../../../src/modules/events/ndjson.js';
import { lineBatches } from '../../../src/modules/events/ndjson.js';

async function batchesOf(chunks: Iterable<Buffer>, size = 10_000): Promise<Line[][]> {
  const batches: Line[][] = [];
  for await (const batch of lineBatches(Readable.from(chunks), size)) batches.push(batch);
  return batches;
}

/** A text in pieces of the given lengths, over and over. */
function cut(text: string, lengths: readonly number[]): Buffer[] {
  const bytes = Buffer.from(text);
  const pieces: Buffer[] = [];
  for (let from = 0, i = 0; from < bytes.length; i += 1) {
    const length = lengths[i % lengths.length] ?? 1;
    pieces.push(bytes.subarray(from, from + length));
    from += length;
  }
  return pieces;
}

describe('lineBatches', () => {
  it('finds the same lines however the stream is cut', async () => {
    const line = fc.oneof(
      fc.json(),
      fc.constant(''),
      fc.constant('  '),
      fc.string().map((text) => text.replaceAll('\n', '')),
    );
    const lengths = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1 });
    await fc.assert(
      fc.asyncProperty(fc.array(line), lengths, async (lines, pieces) => {
        const text = lines.join('\n');
        const whole = (await batchesOf([Buffer.from(text)])).flat();
        expect((await batchesOf(cut(text, pieces), 3)).flat()).toEqual(whole);
        const places = lines.flatMap((one, i) => (one.trim() === '' ? [] : [i]));
        expect(whole.map(({ index }) => index)).toEqual(places);
      }),
    );
  });

  it('keeps lines of many bytes in characters whole across chunks', async () => {
    const [batch] = await batchesOf(cut('"💥é"\n"ü"', [1]));
    expect(batch).toEqual([
      { index: 0, value: '💥é' },
      { index: 1, value: 'ü' },
    ]);
  });

  it('holds no more than some megabytes at once', async () => {
    const long = Buffer.from(`"${'x'.repeat(900_000)}"\n`);
    const tooLong = Buffer.from(`"${'x'.repeat(3_000_000)}"\n`);
    const lines = Array.from({ length: 100 }, (_, i) => (i % 10 === 0 ? tooLong : long));
    const batches = await batchesOf(lines);
    expect(batches.length).toBeGreaterThan(2);
    for (const batch of batches) expect(batch.length).toBeLessThanOrEqual(40);
    expect(batches.flat().map(({ index }) => index)).toEqual(lines.map((_, i) => i));
  });
});
