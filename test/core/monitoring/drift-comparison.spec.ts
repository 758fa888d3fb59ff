import { describe, expect, it } from '@jest/globals';

import type { ColumnPair, ColumnValues } from '../../../src/core/monitoring/column-values.js';
import { compareSamples } from '../../../src/core/monitoring/drift-comparison.js';
import { distanceOfShift, locationEquivalent } from '../../../src/core/monitoring/drift-effect.js';
import type { DriftReport } from '../../../src/core/monitoring/drift-report.js';
import { reportWords } from '../../../src/core/monitoring/drift-words.js';
import { normalQuantile } from '../../../src/core/statistics/special-functions.js';
import { seededRandom } from '../../../src/core/statistics/random.js';

const random = seededRandom(11);
const normal = (): number => normalQuantile(random() || 0.5);
const normals = (n: number, shift = 0): Float64Array =>
  Float64Array.from({ length: n }, () => normal() + shift);
const numeric = (values: Float64Array): ColumnValues => ({ kind: 'numeric', values });
const words = (values: readonly (string | null)[]): ColumnValues => ({
  kind: 'categorical',
  values,
});
const pick = (n: number, names: string, last = 1): string[] =>
  Array.from({ length: n }, () => names[Math.floor(random() ** last * names.length)] ?? '');

const compare = (
  pairs: Record<string, readonly [ColumnValues | null, ColumnValues | null]>,
  more: Partial<Parameters<typeof compareSamples>[1]> = {},
): DriftReport =>
  compareSamples(
    Object.entries(pairs).map(([name, [reference, current]]): ColumnPair => ({
      name,
      reference,
      current,
    })),
    { rows: { reference: 0, current: 0 }, random: seededRandom(5), ...more },
  );

/** Rows that remember the one before. */
const walk = (n: number, memory: number, shift = 0): Float64Array => {
  let level = normal();
  return Float64Array.from({ length: n }, () => {
    level = memory * level + Math.sqrt(1 - memory ** 2) * normal();
    return level + shift;
  });
};
const timesOf = (n: number, m: number) => ({
  reference: Float64Array.from({ length: n }, (_, i) => i),
  current: Float64Array.from({ length: m }, (_, i) => n + i),
});

const verdicts = ({ columns }: DriftReport): Record<string, string> =>
  Object.fromEntries(Object.entries(columns).map(([name, { verdict }]) => [name, verdict]));

describe('drift verdicts', () => {
  it('find a tenth of a standard deviation in 20,000 rows and not a fiftieth', () => {
    const report = compare({
      moved: [numeric(normals(20_000)), numeric(normals(20_000, 0.1))],
      hardly: [numeric(normals(20_000)), numeric(normals(20_000, 0.02))],
      same: [numeric(normals(20_000)), numeric(normals(20_000))],
    });
    expect(verdicts(report)).toEqual({ moved: 'drifted', hardly: 'stable', same: 'stable' });
    expect(report.drifted).toEqual(['moved']);
    const { effect, minimumDetectableEffect } = report.columns['moved'] ?? {};
    expect(effect).toBeGreaterThan(0.07);
    expect(effect).toBeLessThan(0.14);
    expect(minimumDetectableEffect).toBe(0.05);
  });

  it('ask for size, not only for certainty', () => {
    const many = 400_000;
    const report = compare({ tiny: [numeric(normals(many)), numeric(normals(many, 0.03))] });
    const { verdict, pAdjusted, effect } = report.columns['tiny'] ?? {};
    expect(pAdjusted).toBeLessThan(1e-6);
    expect(effect).toBeLessThan(0.05);
    expect(verdict).toBe('stable');
    const sharp = compare(
      { tiny: [numeric(normals(many)), numeric(normals(many, 0.03))] },
      { rule: { q: 0.05, floor: 0.01 } },
    );
    expect(sharp.drifted).toEqual(['tiny']);
  });

  it('are not hidden by a sure change of what is missing that is too small to mind', () => {
    const n = 20_000;
    const holed = normals(n, 0.1).map((value, i) => (i % 71 === 0 ? Number.NaN : value));
    const report = compare({
      x: [numeric(normals(n)), numeric(holed)],
      same: [numeric(normals(n)), numeric(normals(n).with(0, Number.NaN))],
    });
    expect(verdicts(report)).toEqual({ x: 'drifted', same: 'stable' });
    const { effect, pValue, ks, subject } = report.columns['x'] ?? {};
    expect(subject).toBe('values');
    expect(effect).toBeCloseTo(locationEquivalent(ks?.statistic ?? 0), 12);
    expect(pValue).toBeCloseTo(2 * (ks?.p ?? 0), 12);
  });

  it('count what is missing, and categories that are new', () => {
    const n = 2000;
    const holes = normals(n).map((value, i) => (i % 10 === 0 ? Number.NaN : value));
    const report = compare({
      holes: [numeric(normals(n)), numeric(holes)],
      all: [numeric(normals(n)), numeric(new Float64Array(n).fill(Number.NaN))],
      fresh: [words(pick(n, 'ab')), words(pick(n, 'abc', 1.2))],
      gaps: [words(pick(n, 'ab')), words(pick(n, 'ab').map((one, i) => (i % 5 ? one : null)))],
      steady: [words(pick(n, 'abcdefgh', 2)), words(pick(n, 'abcdefgh', 2))],
    });
    expect(verdicts(report)).toEqual({
      holes: 'drifted',
      all: 'drifted',
      fresh: 'drifted',
      gaps: 'drifted',
      steady: 'stable',
    });
    expect(report.columns['holes']).toMatchObject({ subject: 'missing' });
    expect(report.columns['fresh']?.shape.newCategories).toEqual(['c']);
  });

  it('find categories that are new, however rare each of them is', () => {
    const twice = (letter: string, n = 2000): string[] =>
      Array.from({ length: n }, (_, i) => `${letter}${i >> 1}`);
    const some = (n: number): string[] =>
      Array.from({ length: n }, () => `g${Math.floor(1000 * random())}`);
    const report = compare({
      replaced: [words(twice('g')), words(twice('h'))],
      third: [words(twice('g')), words(twice('g').map((one, i) => (i % 3 ? one : `h${i >> 3}`)))],
      same: [words(some(2000)), words(some(2000))],
      few: [words(some(2000)), words(some(100))],
      ids: [
        words(twice('a').map((one, i) => one + String(i))),
        words(twice('b', 900).map((one, i) => one + String(i))),
      ],
    });
    expect(verdicts(report)).toEqual({
      replaced: 'drifted',
      third: 'drifted',
      same: 'stable',
      few: 'stable',
      ids: 'stable',
    });
    const { subject, effect, minimumDetectableEffect } = report.columns['replaced'] ?? {};
    expect(subject).toBe('categories');
    expect(effect).toBeGreaterThan(5);
    expect(minimumDetectableEffect).toBeLessThan(0.5);
    expect(report.columns['ids']?.pValue).toBe(1);
  });

  it('go on past columns that cannot be compared', () => {
    const n = 200;
    const constant = new Float64Array(n).fill(7);
    const report = compare({
      gone: [numeric(normals(n)), null],
      fresh: [null, words(pick(n, 'ab'))],
      turned: [numeric(normals(n)), words(pick(n, 'ab'))],
      empty: [
        words(Array.from({ length: n }, () => null)),
        numeric(constant.map(() => Number.NaN)),
      ],
      vanished: [numeric(normals(n)), words(Array.from({ length: n }, () => null))],
      constant: [numeric(constant), numeric(constant)],
      fine: [numeric(normals(n)), numeric(normals(n, 1))],
      thin: [numeric(normals(20)), numeric(normals(20, 5))],
      ids: [
        words(Array.from({ length: n }, (_, i) => `a${i}`)),
        words(Array.from({ length: n }, (_, i) => `b${i}`)),
      ],
    });
    expect(verdicts(report)).toEqual({
      gone: 'not-comparable',
      fresh: 'not-comparable',
      turned: 'not-comparable',
      empty: 'not-comparable',
      vanished: 'drifted',
      constant: 'stable',
      fine: 'drifted',
      thin: 'not-enough-data',
      ids: 'stable',
    });
    expect(report.columns['vanished']).toMatchObject({ type: 'numeric', subject: 'missing' });
    expect(report.columns['turned']?.reason).toMatch(/numbers in the reference, categories now/);
    expect(JSON.stringify(report)).not.toContain('NaN');
  });

  it('say the same of the same samples', () => {
    const n = 500;
    const [a, b] = [normals(n), normals(n, 0.2)];
    const times = { reference: a.map((_, i) => i), current: b.map((_, i) => n + i) };
    const run = (): DriftReport => compare({ x: [numeric(a), numeric(b)] }, { times });
    expect(run()).toEqual(run());
  });

  it('turn distances into shifts and back', () => {
    for (const shift of [0.05, 0.5, 2])
      expect(locationEquivalent(distanceOfShift(shift))).toBeCloseTo(shift, 6);
    expect(locationEquivalent(1)).toBeGreaterThan(10);
  });

  it('say what they could have found: four times in five', () => {
    const n = 300;
    const effect = compare({ x: [numeric(normals(n)), numeric(normals(n))] }).columns['x'];
    const shift = effect?.minimumDetectableEffect ?? 0;
    let found = 0;
    for (let round = 0; round < 250; round += 1) {
      const report = compare({ x: [numeric(normals(n)), numeric(normals(n, shift))] });
      found += report.drifted.length;
    }
    expect(found / 250).toBeGreaterThan(0.73);
    expect(found / 250).toBeLessThan(0.92);
  });
});

describe('drift of rows that depend on each other', () => {
  it('is not seen where there is only memory', () => {
    const [n, m] = [6000, 3000];
    let [byRows, byBlocks] = [0, 0];
    for (let round = 0; round < 40; round += 1) {
      const pair = { x: [numeric(walk(n, 0.9)), numeric(walk(m, 0.9))] } as const;
      byRows += compare(pair).drifted.length;
      byBlocks += compare(pair, { times: timesOf(n, m) }).drifted.length;
    }
    expect(byRows).toBeGreaterThan(20);
    expect(byBlocks).toBeLessThan(7);
  });

  it('is seen all the same where it is there', () => {
    const [n, m] = [6000, 3000];
    const pair = { x: [numeric(walk(n, 0.9)), numeric(walk(m, 0.9, 1))] } as const;
    const report = compare(pair, { times: timesOf(n, m) });
    expect(report.drifted).toEqual(['x']);
    expect(report.columns['x']?.blockRows).toBeGreaterThan(30);
    expect(report.chunks?.length).toBeGreaterThan(10);
  });

  it('is not judged where too few independent stretches are left', () => {
    const drift = compare(
      { x: [numeric(walk(1000, 0.999)), numeric(walk(300, 0.999))] },
      { times: timesOf(1000, 300) },
    );
    expect(drift.columns['x']?.verdict).toBe('not-enough-data');
  });

  it('takes what a short while alone has for no news, and new categories for all time for some', () => {
    const [n, m] = [3000, 2000];
    // Sessions of four rows each, one after the other.
    const sessions = (rows: number, letter: string): string[] =>
      Array.from({ length: rows }, (_, i) => `${letter}${i >> 2}`);
    const some = (rows: number, letter: string): string[] =>
      Array.from({ length: rows }, () => `${letter}${Math.floor(400 * random())}`);
    const report = compare(
      {
        sessions: [words(sessions(n, 'a')), words(sessions(m, 'b'))],
        replaced: [words(some(n, 'a')), words(some(m, 'b'))],
        same: [words(some(n, 'a')), words(some(m, 'a'))],
      },
      { times: timesOf(n, m) },
    );
    expect(verdicts(report)).toEqual({
      sessions: 'stable',
      replaced: 'drifted',
      same: 'stable',
    });
    expect(report.columns['sessions']?.effect).toBeLessThan(0.05);
  });

  it('is drawn as often as verdicts need it, not as the number of columns squared', () => {
    const [n, m] = [200, 80];
    const of = (columns: number, drifted: number): [DriftReport, number] => {
      const pairs = Array.from({ length: columns }, (_, i) => [
        `x${i}`,
        [numeric(normals(n)), numeric(normals(m, i < drifted ? 1.5 : 0))] as const,
      ]);
      const seeded = seededRandom(5);
      let drawn = 0;
      const counted = (): number => {
        drawn += 1;
        return seeded();
      };
      const more = { times: timesOf(n, m), random: counted };
      return [compare(Object.fromEntries(pairs) as Parameters<typeof compare>[0], more), drawn];
    };
    const [few, drawnForFew] = of(10, 10);
    const [many, drawnForMany] = of(40, 40);
    expect(few.drifted.length).toBeGreaterThan(7);
    expect(many.drifted.length).toBeGreaterThan(36);
    expect(drawnForMany / drawnForFew).toBeLessThan(8);
    // A single one among many needs a small p, and gets it.
    const [one] = of(40, 1);
    expect(one.drifted).toEqual(['x0']);
    expect(one.columns['x0']?.pValue).toBeLessThan(0.05 / 40);
  });

  it('does not mind the order of the rows in the file', () => {
    const [n, m] = [2000, 1000];
    const [a, b] = [walk(n, 0.5), walk(m, 0.5, 0.5)];
    const times = timesOf(n, m);
    const straight = compare({ x: [numeric(a), numeric(b)] }, { times });
    const turned = compare(
      { x: [numeric(a.toReversed()), numeric(b.toReversed())] },
      { times: { reference: times.reference.toReversed(), current: times.current.toReversed() } },
    );
    expect(turned.columns['x']?.pValue).toBe(straight.columns['x']?.pValue);
  });
});

describe('drift by segment', () => {
  it('tells the segment that moved, with one error rate over all of them', () => {
    const [n, names] = [4000, 'abcd'];
    const segments = { reference: pick(n, names), current: pick(n, names) };
    const moved = normals(n).map((value, i) => value + (segments.current[i] === 'c' ? 0.6 : 0));
    const report = compare({ x: [numeric(normals(n)), numeric(moved)] }, { segments });
    const drifted = Object.entries(report.segments ?? {}).filter(([, one]) => one.drifted.length);
    expect(drifted.map(([name]) => name)).toEqual(['c']);
    const { pValue, pAdjusted } = report.segments?.['c']?.columns['x'] ?? {};
    expect(pAdjusted).toBeCloseTo(4 * (pValue ?? 0), 12);
  });

  const inTime = (shift: number): string[] => {
    const [n, m] = [4000, 2000];
    const segments = { reference: pick(n, 'abc'), current: pick(m, 'abc') };
    const now = walk(m, 0.9).map((one, i) => one + (segments.current[i] === 'c' ? shift : 0));
    const x = [numeric(walk(n, 0.9)), numeric(now)] as const;
    const report = compare({ x }, { segments, times: timesOf(n, m) });
    return Object.entries(report.segments ?? {}).flatMap(([name, { drifted }]) =>
      drifted.length > 0 ? name : [],
    );
  };

  it('is not seen where there is only memory', () => {
    const named = Array.from({ length: 20 }, () => inTime(0));
    expect(named.filter(({ length }) => length > 0).length).toBeLessThan(4);
  });

  it('is seen all the same where rows have a time', () => {
    expect(inTime(1.5)).toEqual(['c']);
  });
});

describe('the words of a report', () => {
  it('say how many more are meant than are named', () => {
    const some = (count: number, of: (i: number) => readonly [ColumnValues, ColumnValues | null]) =>
      Array.from({ length: count }, (_, i) => [String.fromCharCode(97 + i), of(i)] as const);
    const few = (): ColumnValues => numeric(normals(20));
    const thin = compare(Object.fromEntries(some(7, () => [few(), few()])));
    expect(reportWords(thin)).toContain('Not enough data to judge a, b, c, d, e and 2 more.');
    const gone = compare(Object.fromEntries(some(5, () => [few(), null])));
    expect(reportWords(gone)).toContain('Cannot be compared: a, b, c, d, e.');
    const moved = (i: number) => [numeric(normals(500)), numeric(normals(500, 9 - i))] as const;
    expect(reportWords(compare(Object.fromEntries(some(6, moved))))[0]).toMatch(
      /^6 columns of 6 drifted: \w, \w, \w, \w, \w and 1 more\.$/,
    );
  });
});
