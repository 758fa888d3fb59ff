import { mkdtempSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

import { afterAll, describe, expect, it } from '@jest/globals';

import { readLabels } from '../../src/commands/evaluation-labels.js';
import { evaluationSets } from '../../src/commands/evaluation-sets.js';
import type { ColumnRoles, EvaluationSets } from '../../src/commands/evaluation-sets.js';
import { readTable } from '../../src/commands/read-table.js';
import { seededRandom } from '../../src/core/statistics/random.js';
import { logisticRegressionLearner } from '../../src/core/training/logistic-regression.js';

const folder = mkdtempSync(join(tmpdir(), 'throughline-bad-tables-'));
let files = 0;

afterAll(async () => {
  await rm(folder, { recursive: true });
});

function written(content: string | Buffer, ending = 'csv'): string {
  files += 1;
  const path = join(folder, `${files}.${ending}`);
  writeFileSync(path, content);
  return path;
}

/** A table of n rows: each column by what it holds in row i. */
function csv(rows: number, columns: Record<string, (i: number) => unknown>): string {
  const lines = Array.from({ length: rows }, (_, i) =>
    Object.values(columns)
      .map((cell) => String(cell(i)))
      .join(','),
  );
  return [Object.keys(columns).join(','), ...lines].join('\n');
}

async function setsOf(path: string, roles: Partial<ColumnRoles> = {}): Promise<EvaluationSets> {
  const common = { label: 'y', categorical: [], drop: [], testFraction: 0.3, seed: 0 };
  return evaluationSets(await readTable(path), { ...common, ...roles });
}

const number = (i: number): number => ((i * 37) % 101) / 10;
const y = (i: number): number => ((i * 61) % 97 < number(i) * 9 ? 1 : 0);

describe('tables that cannot be read are refused with line and column', () => {
  it.each([
    [
      'x,y\n1,0\n2\n',
      /Line 3 of .* has 1 cells where the header has 2: it ends before column 2, "y"/,
    ],
    ['x,y\n1,0\n2,1,7\n', /Line 3 of .* has 3 cells where the header has 2: cell 3 has no column/],
    ['x,y,x\n1,0,1\n', /The header of .* \(line 1\) has "x" twice: columns 1 and 3/],
    ['x,,y\n1,0,1\n', /Column 2 of .* has no name \(line 1\)/],
    ['x,y\n1,0\n"2,1\n3,0\n', /\(line 3\): a quote that opens there is never closed/],
  ])('%j', async (content, message) => {
    await expect(readTable(written(content))).rejects.toThrow(message);
  });

  it('bytes that are no text, and a file that is no Parquet', async () => {
    const bytes = Buffer.concat([Buffer.from('x,y\n1,0\n'), Buffer.from([0xff, 0xfe, 10])]);
    await expect(readTable(written(bytes))).rejects.toThrow(/line 3.*not UTF-8/);
    await expect(readTable(written('hello', 'parquet'))).rejects.toThrow(/not a Parquet file/);
    await expect(readTable(written('x,y\n1,0\n', 'csv.gz'))).rejects.toThrow(/not a gzip file/);
    const wide = Buffer.from('\uFEFFx,y\n1,0\n', 'utf16le');
    await expect(readTable(written(wide))).rejects.toThrow(/line 1.*not UTF-8/);
  });
});

describe('labels, times and sides that cannot be read are refused with their line', () => {
  it.each([
    [
      'three values',
      'x,y\n1,yes\n2,no\n\n"a\nb",maybe\n',
      /3 values \(yes, no, maybe\), the third first in line 5/,
    ],
    [
      'one class',
      'x,y\n1,0\n2,0\n',
      /holds 0 in every row: with one class there is nothing to tell/,
    ],
    ['none', 'x,y\n1,\n2,NA\n', /holds nothing: no row has a label/],
  ])('a label of %s', async (_, content, message) => {
    await expect(setsOf(written(content))).rejects.toMatchObject({
      code: 'bad-label',
      message: expect.stringMatching(message),
    });
    await expect(setsOf(written(gzipSync(content), 'csv.gz'))).rejects.toThrow(message);
  });

  it.each([
    ['yes\nNo\nno\nYES\n', undefined, [1, 0, 0, 1]],
    ['0\n1\n0.0\n1.0\n', undefined, [0, 1, 0, 1]],
    ['Down\nup\n down\nother\n', 'down', [1, 0, 1, 0]],
    ['2\n1\n2.0\n3\n', '2', [1, 0, 1, 0]],
  ])('but %j, positive being %s, has no further values', (cells, positive, labels) => {
    const column = cells.trimEnd().split('\n');
    const read = readLabels(column, { label: 'y', positive, where: String });
    expect([...read.labels]).toEqual(labels);
  });

  it('a time and a side', async () => {
    const path = written('at,x,side,y\n2026-01-01,1,train,1\nsoon,2,both,0\n');
    await expect(setsOf(path, { time: 'at' })).rejects.toThrow(/column at .* line 3 holds "soon"/);
    await expect(setsOf(path, { split: 'side' })).rejects.toThrow(/line 3 holds "both"/);
  });
});

describe('groups', () => {
  it('are the same with and without padding', async () => {
    const columns = {
      x: number,
      g: (i: number) => (i % 2 === 0 ? `g${i >> 1}` : `g${i >> 1} `),
      y,
    };
    const { training, test } = await setsOf(written(csv(300, columns)), { group: 'g' });
    const tested = new Set(test.groups);
    expect(training.groups?.filter((group) => tested.has(group))).toEqual([]);
    expect(tested.size).toBeLessThan(100);
  });
});

describe('rows without a label', () => {
  it('need no time and no side', async () => {
    const isLabelled = (i: number): boolean => i % 3 > 0;
    const columns = {
      x: number,
      at: (i: number) => (isLabelled(i) ? i : ''),
      side: (i: number) => (isLabelled(i) ? ['train', 'test'][i % 2] : ''),
      y: (i: number) => (isLabelled(i) ? y(i) : ''),
    };
    const path = written(csv(300, columns));
    for (const roles of [{ time: 'at' }, { split: 'side' }]) {
      expect(await setsOf(path, roles)).toMatchObject({ unlabelled: 100 });
    }
  });
});

describe('odd columns are learned from as far as they go, and named', () => {
  const fit = (sets: EvaluationSets): Float64Array => {
    const result = logisticRegressionLearner.fit(sets.training, seededRandom(1));
    if (result instanceof Promise || result.kind !== 'fitted') throw new Error('not fitted');
    return result.classifier.predict(sets.test.table);
  };
  const sure = (said: Float64Array): boolean => said.every((p) => p > 0 && p < 1);

  it('empty and constant ones', async () => {
    const columns = { x: number, gone: () => '', same: () => 5, word: () => 'k', y };
    const sets = await setsOf(written(csv(300, columns)));
    expect(sets.notes).toEqual([
      'Column gone is empty in every row: it can say nothing.',
      'Column same is always 5: it can say nothing.',
      'Column word is always k: it can say nothing.',
    ]);
    expect(sure(fit(sets))).toBe(true);
  });

  it('stray words that stand in most rows, or among times, and what else was read as words', async () => {
    const columns = {
      lag: (i: number) => (i % 5 < 3 ? 'None' : number(i)),
      seen: (i: number) => (i % 10 === 4 ? 'never' : `2026-02-${10 + (i % 18)}`),
      clock: (i: number) => `${i % 24}:${10 + (i % 50)}`,
      list: (i: number) => `"[1, ${i % 4}]"`,
      weight: (i: number) => `${number(i)} kg`,
      visits: (i: number) => `${1 + (i % 10)}'${100 + (i % 50)}`,
      change: (i: number) => `${i % 2 === 0 ? '\u2212' : ''}${1 + (i % 40)}.5`,
      balance: (i: number) => (i % 4 === 0 ? `(${1 + (i % 40)})` : i % 40),
      grade: (i: number) => 'ABC'[i % 3],
      y,
    };
    const { notes } = await setsOf(written(csv(300, columns)));
    expect(notes).toEqual([
      'Column lag was read as categories: 40 % of its cells are numbers, but not "None" in line 2; empty cells are missing numbers.',
      'Column seen was read as categories: 90 % of its cells are times, but not "never" in line 6; empty cells are missing times.',
      'Column weight was read as categories: it holds numbers with the unit "kg" ("0 kg" in line 2); write 0.',
      `Column visits was read as categories: it holds numbers with gaps between thousands ("1'100" in line 2); write 1100.`,
      'Column change was read as categories: it holds numbers with a minus sign that is no hyphen ("\u22121.5" in line 2); write -1.5.',
      'Column balance was read as categories: it holds numbers with brackets for a minus sign ("(1)" in line 2); write -1.',
      'Column clock looks like times of the day: they were read as categories; as numbers of hours they have an order.',
      'Column list holds lists or objects: each was read as one word.',
    ]);
  });

  it('times that cannot be read, once with the cell, and never under the name of a column', async () => {
    const at = (i: number): string => (i === 7 ? 'soon' : `2026-02-${10 + (i % 18)} 1${i % 9}:00`);
    const { notes } = await setsOf(written(csv(300, { x: number, at, y })));
    expect(notes[0]).toBe(
      '1 unreadable or infinite cells count as missing: first "soon" in line 9, column at.',
    );
    expect(notes.filter((note) => note.includes('unreadable'))).toHaveLength(1);
    const clash = written(csv(300, { at, 'at (hour)': number, y }));
    await expect(setsOf(clash)).rejects.toThrow(
      /times in column at are read as "at \(hour\)", and there is a column of that name/,
    );
  });

  it('columns that tell the label', async () => {
    const columns = {
      x: number,
      copy: (i: number) => (y(i) === 1 ? 'failed' : 'fine'),
      closed: (i: number) => (y(i) === 1 ? `case ${i}` : ''),
      late: (i: number) => y(i) * 10 + number(i) / 2,
      id: (i: number) => `row ${i}`,
      y,
    };
    const { notes } = await setsOf(written(csv(300, columns)));
    const said = (name: string, how: string): string =>
      `Column ${name} tells the label of every row by ${how}: leave it out with --drop unless it is known before the label is.`;
    expect(notes.filter((note) => note.includes('tells the label'))).toEqual([
      said('copy', 'its value'),
      said('closed', 'being empty or not'),
      said('late', 'being above a number or not'),
    ]);
  });

  it('what the rows that train and those that test do not share, and do', async () => {
    const isLater = (i: number): boolean => i >= 200;
    const columns = {
      x: number,
      plan: (i: number) => (isLater(i) ? 'new' : 'ab'[i % 2]),
      gone: (i: number) => (isLater(i) ? '' : number(i)),
      fresh: (i: number) => (isLater(i) ? number(i) : ''),
      team: (i: number) => (i % 10 === 0 ? '' : `t${i % 10}`),
      side: (i: number) => (isLater(i) ? 'test' : 'train'),
      y,
    };
    const { notes } = await setsOf(written(csv(300, columns)), { split: 'side', group: 'team' });
    expect(notes).toEqual([
      'Column plan: 100 of the 100 rows that test hold words that no row that trains has, such as "new".',
      'Column gone is empty in every row that tests.',
      'Column fresh is empty in every row that trains.',
      '30 rows have no team: each is a group of its own.',
      '9 groups of team have rows that train and rows that test: the column side was taken as it is.',
    ]);
  });

  it('infinities and stray marks', async () => {
    const odd = ['inf', '-Infinity', '1e400'];
    const columns = { x: (i: number) => odd[i - 4] ?? number(i), y };
    const sets = await setsOf(written(csv(300, columns)));
    expect(sets.notes).toEqual([
      '3 unreadable or infinite cells count as missing: first "inf" in line 6, column x.',
    ]);
    expect(sure(fit(sets))).toBe(true);
  });

  it('numbers that were read as words: decimal commas, and many a word among them', async () => {
    const columns = {
      price: (i: number) => `"${number(i).toFixed(1).replace('.', ',')}"`,
      load: (i: number) => (i % 20 === 7 ? 'off' : number(i)),
      code: (i: number) => (i % 20 === 7 ? 'K' : i % 9),
      y,
    };
    const sets = await setsOf(written(csv(300, columns)), { categorical: ['code'] });
    expect(sets.notes).toEqual([
      'Column price was read as categories: it holds numbers with a decimal comma ("0,0" in line 2); write 0.0.',
      'Column load was read as categories: 95 % of its cells are numbers, but not "off" in line 9; empty cells are missing numbers.',
    ]);
    expect(sure(fit(sets))).toBe(true);
  });

  it('numbers that are dressed with signs and commas, each told how to write it', async () => {
    const columns = {
      share: (i: number) => `${number(i).toFixed(1)}%`,
      cost: (i: number) =>
        i % 2 === 0 ? `$${number(i).toFixed(2)}` : `${number(i).toFixed(2)} EUR`,
      visits: (i: number) => (i % 2 === 0 ? `"${1 + (i % 90)},077"` : 900 + i),
      worth: (i: number) => `"€ ${1 + (i % 9)}.077,5${i % 10}"`,
      rate: (i: number) => `"0,${100 + i}"`,
      y,
    };
    const { notes } = await setsOf(written(csv(300, columns)));
    const said = (text: string): string => `was read as categories: it holds numbers with ${text}`;
    expect(notes.filter((note) => note.includes('numbers with'))).toEqual([
      `Column share ${said('a percent sign ("0.0%" in line 2); write 0.0.')}`,
      `Column cost ${said('a currency ("$0.00" in line 2); write 0.00.')}`,
      `Column visits ${said('commas between thousands ("1,077" in line 2); write 1077.')}`,
      `Column worth ${said('a currency and a decimal comma ("€ 1.077,50" in line 2); write 1077.50.')}`,
      `Column rate ${said('a decimal comma ("0,100" in line 2); write 0.100.')}`,
    ]);
  });

  it('ids that are one as doubles are told as such', async () => {
    const columns = { x: number, id: (i: number) => `9007199254740993000${100 + i}`, y };
    const { notes } = await setsOf(written(csv(300, columns)));
    expect(notes).toEqual([
      expect.stringMatching(
        /^Column id holds whole numbers beyond 2\^53 \(first "9007199254740993000100" in line 2\): as numbers 300 of them are only 1; --categorical/,
      ),
    ]);
  });

  it.each([
    ['01-Jan-2026', (i: number) => `${10 + (i % 18)}-Jan-2026`],
    ['1 January 2026', (i: number) => `${1 + (i % 28)} January 2026`],
    ['Jan 05, 2026', (i: number) => `"Jan ${10 + (i % 18)}, 2026"`],
  ])('dates such as %s', async (_, day) => {
    const { notes } = await setsOf(written(csv(300, { x: number, day, y })));
    expect(notes).toEqual([
      'Column day looks like dates that are not ISO 8601: they were read as categories.',
    ]);
  });

  it('dates, ISO 8601 or other', async () => {
    const two = (n: number): string => String(n).padStart(2, '0');
    const columns = {
      at: (i: number) => `2026-02-${two(1 + (i % 28))} ${two(i % 24)}:15`,
      day: (i: number) => `${1 + (i % 12)}/${1 + (i % 28)}/2026`,
      y,
    };
    const sets = await setsOf(written(csv(300, columns)));
    expect(sets.training.table.schema.features.map(({ name }) => name)).toEqual([
      'at (hour)',
      'at (weekday)',
      'day',
    ]);
    expect(sets.notes).toEqual([
      'Column day looks like dates that are not ISO 8601: they were read as categories.',
      'Times were read as what the clock says, UTC: at (hour), at (weekday); how late a row is was left out.',
    ]);
    expect(sure(fit(sets))).toBe(true);
  });

  it('10,000 categories, and a word of its own in every row', async () => {
    const columns = {
      x: number,
      team: (i: number) => `team ${i % 10_000}`,
      id: (i: number) => `row ${i}`,
      y,
    };
    const sets = await setsOf(written(csv(20_000, columns)));
    expect(sets.notes).toEqual([
      'Column team holds 10000 words, 10000 of them in fewer than 5 rows: rare ones are taken together.',
      'Column id holds another word in every row: it can say nothing of new rows.',
    ]);
    expect(sure(fit(sets))).toBe(true);
  });
});
