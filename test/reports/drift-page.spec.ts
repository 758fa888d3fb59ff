import { describe, expect, it } from '@jest/globals';

import { compareSamples } from '../../src/core/monitoring/drift-comparison.js';
import type { DriftReport } from '../../src/core/monitoring/drift-report.js';
import { verdictWords } from '../../src/core/monitoring/drift-words.js';
import { seededRandom } from '../../src/core/statistics/random.js';
import { HOUR } from '../../src/core/telemetry/time.js';
import { driftPage } from '../../src/reports/drift-page.js';

const ROWS = 1200;
const random = seededRandom(5);
const numbers = (of: (share: number) => number) => ({
  kind: 'numeric' as const,
  values: Float64Array.from({ length: ROWS }, (_, i) => of(i / ROWS)),
});
const kinds = (of: (share: number) => string | null) => ({
  kind: 'categorical' as const,
  values: Array.from({ length: ROWS }, (_, i) => of(i / ROWS)),
});
const pairs = [
  { name: 'amount', reference: numbers(random), current: numbers((at) => random() + at) },
  {
    name: 'channel',
    reference: kinds(() => (random() < 0.3 ? 'app' : 'web')),
    current: kinds((at) => (random() < at ? 'app' : random() < 0.5 ? 'web' : null)),
  },
  { name: 'zeal', reference: numbers(random), current: numbers(random) },
];
const timesFrom = (start: number): Float64Array =>
  Float64Array.from({ length: ROWS }, (_, i) => (start + i) * HOUR);
const report = compareSamples(pairs, {
  rows: { reference: ROWS, current: ROWS },
  times: { reference: timesFrom(0), current: timesFrom(ROWS) },
  random,
});
const pageOf = (of: DriftReport): string => driftPage(of, { title: 'Drift', subtitle: 'now' });

/** The places of a column in each order, by its card. */
function placesOf(page: string, name: string): number[] {
  const [, style = ''] = new RegExp(`class="card" style="([^"]*)"> <h3>${name} `).exec(page) ?? [];
  return [...style.matchAll(/--o\d:(\d+);/g)].map(([, place]) => Number(place));
}

describe('the drift page', () => {
  it('has each stretch of time of a column, over what the reference was', () => {
    const late = report.chunks?.at(-1);
    expect(late?.shapes?.['amount']?.quantiles?.[2]).toBeCloseTo(1.46, 1);
    expect(late?.shapes?.['channel']?.shares).toMatchObject({ app: expect.any(Number) });
    expect(late?.shapes?.['channel']?.shares?.['app']).toBeGreaterThan(0.8);
    expect(late?.shapes?.['channel']?.missing).toBeLessThan(0.1);
    const page = pageOf(report);
    for (const name of ['amount', 'channel', 'zeal']) {
      expect(page).toContain(`aria-label="${name}: through time"`);
    }
    expect(page).not.toMatch(/NaN|undefined|https?:|<script/);
    expect(page.length).toBeLessThan(60_000);
  });

  it('shortens a category of any length, in its sentence and its charts', () => {
    const long = 'A failure of '.repeat(400);
    const grown = compareSamples(
      [
        {
          name: 'message',
          reference: kinds(() => 'none'),
          current: kinds((at) => (at < 0.5 ? 'none' : long)),
        },
      ],
      { rows: { reference: ROWS, current: ROWS }, random },
    );
    const { message } = grown.columns;
    expect(message && verdictWords(message)).toMatch(
      /new: "A failure of A failure of A failure of …" \(50 % of rows\)$/,
    );
    expect(pageOf(grown).split('A failure of').length).toBeLessThan(40);
  });

  it('can be read in other orders of columns, by style alone', () => {
    const page = pageOf(report);
    const places = ['amount', 'channel', 'zeal'].map((name) => placesOf(page, name));
    const last = (order: number): number[] => places.map((place) => place[order] ?? 0);
    // By share missing now, and by name.
    expect(last(3)[1]).toBe(1);
    expect(last(4)).toEqual([1, 2, 3]);
    expect([0, 1, 2].map((order) => last(order)[2])).toEqual([3, 3, 3]);
    expect(page.match(/type="radio"/g)).toHaveLength(5);
    expect(page).toContain('body:has(#o4:checked)');
    expect(page).not.toContain('#o5');
  });

  it('stays light however many columns there are, and says what it leaves out', () => {
    const columns = Array.from({ length: 300 }, (_, i) => ({
      name: `quite_a_long_column_name_${i}`,
      reference: numbers(random),
      current: numbers((at) => random() + at),
    }));
    const many = compareSamples(columns, {
      rows: { reference: ROWS, current: ROWS },
      random,
    });
    const chunks = (report.chunks ?? []).map((chunk) => {
      const shape = chunk.shapes?.['amount'];
      const shapes = shape && Object.fromEntries(columns.map(({ name }) => [name, shape]));
      return { ...chunk, ...(shapes && { shapes }) };
    });
    const page = pageOf({ ...many, chunks });
    expect(page.length).toBeLessThan(500_000);
    expect(page.match(/: through time"/g)).toHaveLength(20);
    expect(page).toContain('Of so many columns the first 20 are drawn through time.');
    expect(page).toContain('50 more columns are left out here: the JSON has them.');
  });

  it('stays light however long the names are', () => {
    const columns = Array.from({ length: 260 }, (_, i) => ({
      name: `${'a_name_of_many_words_'.repeat(i < 130 ? 4 : 20)}${i}`,
      reference: numbers(random),
      current: numbers((at) => random() + at),
    }));
    const many = compareSamples(columns, { rows: { reference: ROWS, current: ROWS }, random });
    const page = pageOf(many);
    expect(Buffer.byteLength(page)).toBeLessThan(500_000);
    expect(page).toMatch(/\d+ more columns are left out here/);
    expect(page.match(/class="card"/g)?.length).toBeGreaterThan(10);
  });

  it('tells a segment without drift from one of which nothing can be told', () => {
    const segment = (verdict: 'stable' | 'not-enough-data') => ({
      ...{ rows: { reference: 900, current: 5 }, drifted: [] },
      columns: { amount: { ...report.columns['amount'], verdict } },
    });
    const segments = { web: segment('stable'), app: segment('not-enough-data') };
    const page = pageOf({ ...report, segments } as unknown as DriftReport);
    const said = (name: string): string | undefined =>
      new RegExp(`<td class="name">${name}</td><td class="name">([^<]*)<`).exec(page)?.[1];
    expect([said('web'), said('app')]).toEqual(['none', 'not enough data']);
  });

  it('tells each effect as a number beside its bar', () => {
    expect(pageOf(report)).toMatch(/>0\.\d+ <span class="bar">/);
  });

  it('draws a report that was kept before stretches had shapes', () => {
    const chunks = (report.chunks ?? []).map(({ shapes: _, ...chunk }) => chunk);
    const page = pageOf({ ...report, chunks });
    expect(page).toContain('Distributions over each other<');
    expect(page).not.toContain('through time');
  });
});
