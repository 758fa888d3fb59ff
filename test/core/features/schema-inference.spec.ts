import { describe, expect, it } from '@jest/globals';

import {
  inferColumn,
  parseMoment,
  parseNumber,
} from '../../../src/core/features/schema-inference.js';

describe('schema inference', () => {
  it('reads numbers, with empty cells as not known', () => {
    const column = inferColumn('ratio', ['1', ' -2.5 ', null, '3e2', 'NaN', '']);
    expect(column.kind).toBe('numeric');
    expect(column.numeric).toEqual(
      Float64Array.of(1, -2.5, Number.NaN, 300, Number.NaN, Number.NaN),
    );
    expect(column).toMatchObject({ missing: 3, unreadable: 0 });
  });

  it('takes a stray mark among numbers as missing and says so', () => {
    const cells = [...Array.from({ length: 99 }, (_, i) => String(i)), '?'];
    expect(inferColumn('tenure', cells)).toMatchObject({
      kind: 'numeric',
      missing: 1,
      unreadable: 1,
    });
    expect(inferColumn('code', ['1', '2', 'A', '3']).kind).toBe('categorical');
  });

  it('keeps codes as categories where it is told to', () => {
    const column = inferColumn('browser', ['1', '2', null], true);
    expect(column).toMatchObject({
      kind: 'categorical',
      categorical: ['1', '2', null],
      missing: 1,
    });
  });

  it('knows booleans and times', () => {
    expect(inferColumn('weekend', ['TRUE', 'False', null])).toMatchObject({
      kind: 'boolean',
      feature: { kind: 'categorical' },
    });
    const times = inferColumn('at', ['1970-01-02', '1970-01-01T01:30:00Z']);
    expect(times).toMatchObject({ kind: 'time', feature: { kind: 'numeric' } });
    expect(times.numeric).toEqual(Float64Array.of(24, 1.5));
  });

  it('reads moments without a zone as UTC and with one as said', () => {
    expect(parseMoment('2026-01-01 00:00:00')).toBe(Date.UTC(2026, 0, 1));
    expect(parseMoment('2026-01-01T02:00:00+02')).toBe(Date.UTC(2026, 0, 1));
    expect(parseMoment('2026-01-01T02:00+02:00')).toBe(Date.UTC(2026, 0, 1));
    expect(parseMoment('2026-13-01')).toBeNull();
    expect(parseMoment('42')).toBeNull();
  });

  it('reads plain decimals alone as numbers', () => {
    expect(['0x10', 'Infinity', '1,5', '', '1e999'].map(parseNumber)).toEqual(
      new Array<null>(5).fill(null),
    );
  });
});
