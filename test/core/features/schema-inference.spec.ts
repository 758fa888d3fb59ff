import { describe, expect, it } from '@jest/globals';

import {
  inferColumns,
  parseMoment,
  parseNumber,
} from '../../../src/core/features/schema-inference.js';
import type { InferredColumn } from '../../../src/core/features/schema-inference.js';

const inferColumn = (...how: Parameters<typeof inferColumns>): InferredColumn => {
  const [column] = inferColumns(...how);
  if (column === undefined) throw new Error('no column');
  return column;
};

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

  it('knows booleans', () => {
    expect(inferColumn('weekend', ['TRUE', 'False', null])).toMatchObject({
      kind: 'boolean',
      feature: { kind: 'categorical' },
    });
  });

  it('takes no spelling of yes and no, and no padding, for another word', () => {
    const booleans = ['TRUE', 'false', ' True', 'False ', null];
    expect(inferColumn('flag', booleans)).toMatchObject({
      kind: 'boolean',
      categorical: ['true', 'false', 'true', 'false', null],
    });
    expect(inferColumn('plan', ['Pro', 'Pro   ', ' pro', '  '])).toMatchObject({
      categorical: ['Pro', 'Pro', 'pro', null],
      missing: 1,
    });
  });

  it('reads times as what the clock says, not as how late a row is', () => {
    const cells = ['2026-01-01T18:30:00+02:00', null, '1969-12-31 23:00'];
    const [hour, weekday] = inferColumns('at', cells);
    expect(hour).toMatchObject({
      kind: 'time',
      feature: { name: 'at (hour)', kind: 'numeric' },
      missing: 1,
    });
    expect(hour?.numeric).toEqual(Float64Array.of(16.5, Number.NaN, 23));
    // GNU date: 2026-01-01 is a Thursday, 1969-12-31 a Wednesday.
    expect(weekday).toMatchObject({
      feature: { name: 'at (weekday)', kind: 'categorical' },
      categorical: ['Thu', null, 'Wed'],
    });
    const later = inferColumns('at', ['2026-01-01', '2030-01-03']);
    expect(later).toHaveLength(1);
    expect(later[0]?.categorical).toEqual(['Thu', 'Thu']);
  });

  it('takes infinite numbers as numbers that cannot be read', () => {
    const column = inferColumn('x', ['1', 'inf', '-Infinity', '1e400', '2']);
    expect(column).toMatchObject({
      kind: 'numeric',
      missing: 3,
      unreadable: 3,
      firstUnreadable: 1,
    });
    // Also where there is no other: then every one of them is missing.
    expect(inferColumn('x', ['inf', '-inf', null])).toMatchObject({
      kind: 'numeric',
      missing: 3,
      unreadable: 2,
    });
  });

  it('reads moments without a zone as UTC and with one as said', () => {
    expect(parseMoment('2026-01-01 00:00:00')).toBe(Date.UTC(2026, 0, 1));
    expect(parseMoment('2026-01-01T02:00:00+02')).toBe(Date.UTC(2026, 0, 1));
    expect(parseMoment('2026-01-01T02:00+02:00')).toBe(Date.UTC(2026, 0, 1));
    expect(parseMoment('2026-13-01')).toBeNull();
    expect(parseMoment('2020-02-30')).toBeNull();
    expect(parseMoment('2026-02-29')).toBeNull();
    expect(parseMoment('2028-02-29T12:00Z')).toBe(Date.UTC(2028, 1, 29, 12));
    expect(parseMoment('2026-04-31 00:00')).toBeNull();
    expect(parseMoment('42')).toBeNull();
  });

  it('reads plain decimals alone as numbers', () => {
    expect(['0x10', 'Infinity', '1,5', '', '1e999'].map(parseNumber)).toEqual(
      new Array<null>(5).fill(null),
    );
  });
});
