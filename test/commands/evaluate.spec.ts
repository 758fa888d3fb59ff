import { mkdtempSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { gzipSync } from 'node:zlib';

import { DuckDBInstance } from '@duckdb/node-api';
import { afterAll, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { Command } from 'commander';

import { registerEvaluate } from '../../src/commands/evaluate.js';
import { shownStep } from '../../src/commands/evaluation-report.js';
import { readTable } from '../../src/commands/read-table.js';
import { seededRandom } from '../../src/core/statistics/random.js';

const folder = mkdtempSync(join(tmpdir(), 'throughline-evaluate-'));
let output = '';
let complaint = '';

beforeAll(async () => {
  await writeFile(join(folder, 'signal.csv'), signalCsv());
});

afterAll(async () => {
  await rm(folder, { recursive: true });
  process.exitCode = undefined;
});

beforeEach(() => {
  [output, complaint] = ['', ''];
  process.exitCode = undefined;
});

function signalCsv(): string {
  const random = seededRandom(1);
  const lines = Array.from({ length: 500 }, (_, row) => {
    const ratio = 4 * random() - 2;
    const failed = random() < 1 / (1 + Math.exp(-2 * ratio)) ? 'yes' : 'no';
    const gap = row % 50 === 0 ? '' : ratio.toFixed(3);
    return [row, gap, row % 2 === 0 ? 'cart' : 'pay', `case ${row % 90}`, failed].join(',');
  });
  return ['at,ratio,service,incident,failed', ...lines].join('\n');
}

async function evaluate(file: string, ...flags: string[]): Promise<string | number | undefined> {
  const program = new Command('throughline').exitOverride();
  registerEvaluate(program);
  const out = jest.spyOn(process.stdout, 'write').mockImplementation((text) => {
    output += String(text);
    return true;
  });
  const err = jest.spyOn(process.stderr, 'write').mockImplementation((text) => {
    complaint += String(text);
    return true;
  });
  try {
    await program.parseAsync(['evaluate', '--data', resolve(folder, file), ...flags], {
      from: 'user',
    });
  } finally {
    out.mockRestore();
    err.mockRestore();
  }
  return process.exitCode;
}

describe('throughline evaluate', () => {
  it('answers the contract as JSON', async () => {
    const code = await evaluate('signal.csv', '--label', 'failed', '--time', 'at', '--json');
    expect(code).toBeUndefined();
    const answer: unknown = JSON.parse(output);
    const figures = {
      rocAuc: expect.any(Number),
      prAuc: expect.any(Number),
      logLoss: expect.any(Number),
      brier: expect.any(Number),
      ece: expect.any(Number),
      fitSeconds: expect.any(Number),
    };
    expect(answer).toMatchObject({
      rows: 500,
      train: 350,
      test: 150,
      learners: { prior: { ...figures, rocAuc: 0.5 }, logistic: figures, auto: figures },
      chosen: 'logistic',
      verdict: 'signal',
      members: { logistic: 1 },
      leftOut: { neural: expect.stringMatching(/rows of the rarer class; it needs 200/) },
      missing: { ratio: { missing: 10, unreadable: 0 } },
    });
  });

  it('says in words what it did, the same each time', async () => {
    const flags = ['--label', 'failed', '--group', 'incident', '--drop', 'at', '--seed', '3'];
    flags.push('--learner', 'logistic');
    await evaluate('signal.csv', ...flags);
    const first = output;
    expect(first).toMatch(/2 features: 1 numeric, 1 categorical/);
    expect(first).toMatch(/Missing cells in ratio \(10\): numbers take the median and a mark/);
    expect(first).toMatch(/at random, stratified, 30 % tests, seed 3, groups kept whole/);
    expect(first).toMatch(
      /Chosen inside the training part: logistic(, calibrated by \S+)?\. Signal/,
    );
    output = '';
    await evaluate('signal.csv', ...flags);
    const unclocked = (text: string): string => text.replace(/\d\.\d\d$/gm, '');
    expect(unclocked(output)).toBe(unclocked(first));
  });

  it('leaves out every column that is named, in one flag or in several', async () => {
    const flags = ['--label', 'failed', '--learner', 'logistic', '--drop', 'at'];
    await evaluate('signal.csv', ...flags, '--drop', 'incident, service');
    expect(output).toMatch(/^1 features: 1 numeric\./);
  });

  it('has in JSON all that it says in words of the rows and columns', async () => {
    const lines = signalCsv().split('\n');
    const grouped = lines.map((line, row) =>
      row > 0 ? `${line},case ${row >> 2}` : `${line},case`,
    );
    await writeFile(join(folder, 'grouped.csv'), grouped.join('\n'));
    const flags = ['--label', 'failed', '--time', 'at', '--group', 'case', '--drop', 'incident'];
    flags.push('--learner', 'logistic');
    await evaluate('grouped.csv', ...flags, '--json');
    const json = JSON.parse(output) as Record<string, number> & {
      positiveShare: { train: number };
      features: object;
    };
    output = '';
    await evaluate('grouped.csv', ...flags);
    const share = (100 * json.positiveShare.train).toFixed(1);
    expect(json.features).toEqual({ numeric: 1, categorical: 1 });
    expect(output).toContain('2 features: 1 numeric, 1 categorical.');
    expect(output).toContain(`${json['train']} rows train (${share} % positive), `);
    expect(json['leftOutOfGroups']).toBeGreaterThan(0);
    expect(output).toContain(`${json['leftOutOfGroups']} earlier rows of groups`);
  });

  it('finds no signal in noise', async () => {
    const random = seededRandom(9);
    const rows = Array.from({ length: 300 }, () => `${random()},${random() < 0.3 ? 1 : 0}`);
    await writeFile(join(folder, 'noise.csv'), ['x,y', ...rows].join('\n'));
    await evaluate('noise.csv', '--label', 'y', '--json');
    expect(JSON.parse(output)).toMatchObject({ chosen: 'prior', verdict: 'no signal' });
  });

  it('tells what was chosen from what answers where there is no signal', async () => {
    const random = seededRandom(9);
    const rows = Array.from({ length: 300 }, (_, i) => {
      const x = random() < 0.5 ? 1 : 0;
      // What holds in the training part is turned round in the test part.
      const y = (x === 1) === i < 200 ? 1 : 0;
      return `${x},${random() < 0.8 ? y : 1 - y},${i < 200 ? 'train' : 'test'}`;
    });
    await writeFile(join(folder, 'turned.csv'), ['x,y,side', ...rows].join('\n'));
    const flags = ['--label', 'y', '--split', 'side', '--learner', 'logistic'];
    await evaluate('turned.csv', ...flags);
    expect(output).toMatch(
      /Chosen inside the training part: logistic.*\. No signal: it says no more than a base rate on the test part \(.*\), so auto answers with the base rate\./,
    );
    output = '';
    await evaluate('turned.csv', ...flags, '--json');
    expect(JSON.parse(output)).toMatchObject({
      chosen: 'prior',
      members: { prior: 1 },
      verdict: 'no signal',
      choice: { learner: 'logistic', members: { logistic: 1 } },
    });
  });

  it('gives no verdict where the learner that was asked for could not be judged', async () => {
    expect(await evaluate('signal.csv', '--label', 'failed', '--learner', 'neural')).toBe(1);
    expect(complaint).toMatch(/insufficient data .*: left out: neural \(\d+ rows .* needs 200\)/);
    expect(output).toBe('');
  });

  it.each([
    ['x,y,s\n1,0,train\n2,1,train\n3,1,test\n4,1,test\n', ['--split', 's'], /all of its 2 rows/],
    ['x,y\n1,1\n2,1\n', [], /holds 1 in every row: with one class/],
    ['x,y\n1,1\n2,yes\n', [], /holds 1, yes, all of it positive: with one class/],
    ['x,y,g\n1,1,a\n2,0,a\n', ['--group', 'g'], /rows of one group of g stay together/],
    ['x,y,t\n1,1,5\n2,0,5\n', ['--time', 't'], /rows of one moment of t stay together/],
  ])('refuses %j with %j: nothing could be told apart', async (csv, flags, word) => {
    await writeFile(join(folder, 'alone.csv'), csv);
    expect(await evaluate('alone.csv', '--label', 'y', ...flags)).toBe(2);
    expect(complaint).toMatch(word);
  });

  it.each([
    ['--label', 'nothing', /There is no column "nothing"; there are at, ratio/],
    ['--label', 'service', /holds cart, pay: the positive class is 1, true or yes, else name it/],
    ['--learner', 'oracle', /There is no learner "oracle"; there are auto, prior, logistic/],
    ['--split', 'service', /must hold train or test; line 2 holds "cart"/],
    ['--time', 'incident', /must hold numbers or ISO 8601 times; line 2 holds "case 0"/],
  ])('refuses %s %s with a clear word and exit 2', async (flag, value, word) => {
    const label = flag === '--label' ? [] : ['--label', 'failed'];
    expect(await evaluate('signal.csv', ...label, flag, value)).toBe(2);
    expect(complaint).toMatch(word);
    expect(output).toBe('');
  });

  it('refuses an empty seed instead of taking it for 0', async () => {
    const asked = evaluate('signal.csv', '--label', 'failed', '--seed', '');
    await expect(asked).rejects.toMatchObject({ code: 'commander.invalidArgument' });
  });

  it('takes another word as positive where it is named', async () => {
    const flags = ['--positive', 'no', '--drop', 'at', '--learner', 'trees', '--json'];
    await evaluate('signal.csv', '--label', 'failed', ...flags);
    expect(JSON.parse(output)).toMatchObject({ verdict: 'signal' });
  });

  it('names learners on the progress bar as it does in its answer', () => {
    expect(shownStep('boosting, fold 2 of 5')).toBe('trees, fold 2 of 5');
    expect(shownStep('measuring')).toBe('measuring');
  });

  it('says that it was the time budget which left nothing', async () => {
    expect(await evaluate('signal.csv', '--label', 'failed', '--budget', '1e-9')).toBe(1);
    expect(complaint).toMatch(/Not even the base rate could be judged: the time budget leaves too/);
  });

  it('exits 1 where there is too little to learn from', async () => {
    await writeFile(join(folder, 'few.csv'), 'x,y\n1,1\n2,0\n3,1\n4,0\n5,1\n6,0\n7,0\n');
    expect(await evaluate('few.csv', '--label', 'y')).toBe(1);
    expect(complaint).toMatch(/insufficient data among the 5 rows that train: .* 10 of each/);
  });
});

describe('reading tables', () => {
  const write = async (name: string, content: string | Buffer): Promise<string> => {
    const path = join(tmpdir(), `throughline-table-${process.pid}-${name}`);
    await writeFile(path, content);
    return path;
  };

  it('reads text as it stands, quotes, gaps, other delimiters and gzip included', async () => {
    const csv = '\uFEFFa;"b;c"\r\n1;"x; ""y"""\r\n;"two\nlines"\r\n007;\r\n';
    for (const path of [await write('a.csv', csv), await write('a.csv.gz', gzipSync(csv))]) {
      const { rows, columns } = await readTable(path);
      expect(rows).toBe(3);
      expect([...columns]).toEqual([
        ['a', ['1', null, '007']],
        ['b;c', ['x; "y"', 'two\nlines', null]],
      ]);
      await rm(path);
    }
  });

  it('reads Parquet as text', async () => {
    const path = join(tmpdir(), `throughline-table-${process.pid}.parquet`);
    const connection = await (await DuckDBInstance.create()).connect();
    await connection.run(
      `COPY (SELECT 1.5 AS x, true AS flag, 'a' AS kind, NULL::INTEGER AS gap) TO '${path}' (FORMAT parquet)`,
    );
    expect(Object.fromEntries((await readTable(path)).columns)).toEqual({
      x: ['1.5'],
      flag: ['true'],
      kind: ['a'],
      gap: [null],
    });
    await rm(path);
  });

  it.each([
    ['a,b\n1,2\n3\n', 'ragged-row', /Line 3 of .* has 1 cells where the header has 2/],
    ['a,b\n1,2,3\n', 'ragged-row', /Line 2 of .* has 3 cells where the header has 2/],
    ['a,b,a\n1,2,3\n', 'duplicate-column', /has "a" twice/],
    ['a,,b\n1,2,3\n', 'unnamed-column', /Column 2 .* has no name/],
    ['a,b\n', 'empty-table', /has no rows/],
    ['', 'empty-table', /is empty/],
  ])('refuses %j as %s', async (csv, code, message) => {
    const path = await write('bad.csv', csv);
    await expect(readTable(path)).rejects.toMatchObject({
      code,
      message: expect.stringMatching(message),
    });
    await rm(path);
  });

  it('refuses a file that is not there', async () => {
    await expect(readTable('/nowhere/at/all.csv')).rejects.toMatchObject({
      code: 'unreadable-file',
    });
  });
});
