import { describe, expect, it } from '@jest/globals';

import { FeatureEncoder, parseEncoderParameters } from '../../../src/core/features/encoding.js';
import type { FeatureTable } from '../../../src/core/features/feature-schema.js';

function tableOf(columns: Record<string, readonly (number | string | null)[]>): FeatureTable {
  const numeric = new Map<string, Float64Array>();
  const categorical = new Map<string, readonly (string | null)[]>();
  const features = Object.entries(columns).map(([name, cells]) => {
    const isText = cells.some((cell) => typeof cell === 'string');
    if (isText) {
      categorical.set(
        name,
        cells.map((cell) => (cell === null ? null : String(cell))),
      );
      return { name, kind: 'categorical' as const };
    }
    numeric.set(
      name,
      Float64Array.from(cells, (cell) => (typeof cell === 'number' ? cell : Number.NaN)),
    );
    return { name, kind: 'numeric' as const };
  });
  const rows = Object.values(columns)[0]?.length ?? 0;
  return { schema: { features }, rows, numeric, categorical };
}

function rowsOf(dense: Float64Array, width: number): number[][] {
  return Array.from({ length: dense.length / width }, (_, row) =>
    Array.from(dense.subarray(row * width, (row + 1) * width)),
  );
}

describe('feature encoder', () => {
  it('imputes the median, standardises, and marks what was missing', () => {
    const encoder = FeatureEncoder.fit(tableOf({ ratio: [1, 2, null, 9] }));
    // Median 2; imputed 1 2 2 9: mean 3.5, population deviation sqrt(10.25).
    const z = (value: number): number => (value - 3.5) / Math.sqrt(10.25);
    expect(rowsOf(encoder.encodeDense(tableOf({ ratio: [1, null] })), encoder.width)).toEqual([
      [z(1), 0],
      [z(2), 1],
    ]);
  });

  it('gives categories a column each, the rare one column together and missing its own', () => {
    const service = [
      ...new Array<string>(60).fill('cart'),
      ...new Array<string>(25).fill('pay'),
      ...Array.from({ length: 19 }, (_, i) => `rare ${i}`),
      null,
    ];
    const encoder = FeatureEncoder.fit(tableOf({ service }));
    const asked = tableOf({ service: ['cart', 'pay', 'rare 3', 'never seen', null] });
    expect(rowsOf(encoder.encodeDense(asked), encoder.width)).toEqual([
      [1, 0, 0, 0],
      [0, 1, 0, 0],
      [0, 0, 1, 0],
      [0, 0, 1, 0],
      [0, 0, 0, 1],
    ]);
    expect(Array.from(encoder.sources)).toEqual([0, 0, 0, 0]);
  });

  it('has no column for what it never saw where nothing is rare', () => {
    const encoder = FeatureEncoder.fit(tableOf({ kind: ['a', 'b', 'a', 'b'] }));
    expect(Array.from(encoder.encodeDense(tableOf({ kind: ['z', 'b'] })))).toEqual([0, 0, 0, 1]);
  });

  it('keeps at most 100 columns of categories', () => {
    const busy = Array.from({ length: 6000 }, (_, i) => `team ${i % 150}`);
    expect(FeatureEncoder.fit(tableOf({ busy })).width).toBe(100);
  });

  it('reads weights as repeats and ignores rows without any', () => {
    const table = tableOf({ ratio: [1, 5, 7, 100], kind: ['a', 'b', 'b', 'c'] });
    const repeated = tableOf({ ratio: [1, 5, 5, 5, 7, 7], kind: ['a', 'b', 'b', 'b', 'b', 'b'] });
    const weighed = FeatureEncoder.fit(table, Float64Array.of(1, 3, 2, 0)).parameters;
    expect(weighed).toEqual(FeatureEncoder.fit(repeated).parameters);
  });

  it('goes by name, not by position, and survives JSON', () => {
    const ratio = [1, 2, null, 9];
    const kind = ['a', 'b', 'b', null];
    const encoder = FeatureEncoder.fit(tableOf({ ratio, kind }));
    const json: unknown = JSON.parse(JSON.stringify(encoder.parameters));
    const loaded = new FeatureEncoder(parseEncoderParameters(json));
    const straight = encoder.encodeDense(tableOf({ ratio, kind }));
    expect(loaded.encodeDense(tableOf({ kind, ratio }))).toEqual(straight);
  });

  it('refuses absent and unknown features, and a feature of another kind, by name', () => {
    const encoder = FeatureEncoder.fit(tableOf({ ratio: [1, 2], kind: ['a', 'b'] }));
    const encode = (columns: Parameters<typeof tableOf>[0]) => () =>
      encoder.encode(tableOf(columns));
    expect(encode({ ratio: [1] })).toThrow(
      expect.objectContaining({
        code: 'missing-feature',
        message: expect.stringContaining('"kind"'),
      }),
    );
    expect(encode({ ratio: [1], kind: ['a'], extra: [3] })).toThrow(
      expect.objectContaining({
        code: 'unknown-feature',
        message: expect.stringContaining('"extra"'),
      }),
    );
    expect(encode({ ratio: ['1'], kind: ['a'] })).toThrow(
      expect.objectContaining({
        code: 'missing-feature',
        message: expect.stringContaining('"ratio"'),
      }),
    );
  });

  it('refuses to be read from something else', () => {
    expect(() => parseEncoderParameters({ features: [{ kind: 'numeric', name: 'x' }] })).toThrow(
      expect.objectContaining({ code: 'bad-artefact' }),
    );
  });
});
