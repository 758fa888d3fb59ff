import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { registerDrift } from '../../src/commands/drift.js';
import { seededRandom } from '../../src/core/statistics/random.js';
import type { CommandResult } from './run-command.js';
import { runCommand } from './run-command.js';

const random = seededRandom(4);

interface Answer {
  readonly columns: Record<string, Record<string, unknown>>;
  readonly drifted: string[];
  readonly segments: Record<string, { drifted: string[] }>;
}

describe('throughline drift', () => {
  let folder = '';
  const write = async (name: string, lines: readonly string[]): Promise<string> => {
    await writeFile(join(folder, name), `${lines.join('\n')}\n`);
    return join(folder, name);
  };
  const call = (reference: string, current: string, ...flags: string[]): Promise<CommandResult> =>
    runCommand(registerDrift, ['drift', '--reference', reference, '--current', current, ...flags]);
  const answer = ({ out }: CommandResult): Answer => JSON.parse(out) as Answer;

  let [before, now] = ['', ''];

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'drift-'));
    const rows = (shift: number): string[] => [
      'at,who,amount,level,plan,note',
      ...Array.from({ length: 400 }, (_, i) => {
        const who = i % 2 === 0 ? 'web' : 'app';
        const plan = random() < 0.5 - shift / 4 ? 'free' : 'paid';
        const amount = random() + random() + shift * (who === 'app' ? 1 : 0);
        return `${1_700_000_000_000 + i * 60_000},${who},${amount},${i % 3},${plan},`;
      }),
    ];
    before = await write('before.csv', rows(0));
    now = await write('now.csv', rows(0.5));
  });

  afterAll(async () => {
    await rm(folder, { recursive: true });
  });

  it('answers as the contract has it', async () => {
    const result = await call(before, now, '--drop', 'at', '--json');
    expect(result.status).toBe(0);
    const { columns, drifted } = answer(result);
    expect(drifted).toContain('amount');
    expect(columns['amount']).toMatchObject({
      type: 'numeric',
      verdict: 'drifted',
      ks: { statistic: expect.any(Number), p: expect.any(Number) },
      wassersteinScaled: expect.any(Number),
      chiSquare: null,
    });
    expect(columns['plan']).toMatchObject({ type: 'categorical', ks: null });
    expect(columns['level']).toMatchObject({ type: 'categorical', verdict: 'stable' });
    expect(columns['note']).toMatchObject({ verdict: 'not-comparable' });
    expect(result.err).toContain('Column note is empty in the reference sample.');
  });

  it('looks at time and segments where it is told of them', async () => {
    const result = await call(before, now, '--time', 'at', '--segment', 'who', '--json');
    const { segments, columns } = answer(result);
    expect(segments['app']?.drifted).toContain('amount');
    expect(segments['web']?.drifted).not.toContain('amount');
    expect(Object.keys(columns)).toEqual(['amount', 'level', 'plan', 'note']);
  });

  it('compares codes by their value, however a program writes them', async () => {
    const codes = async (name: string, writes: (code: number) => string): Promise<string> =>
      write(name, [
        'k,id,mark,far',
        ...Array.from({ length: 200 }, (_, i) => {
          const mark = i % 4 === 0 ? 'x' : writes(i % 4);
          return [i === 7 ? '' : writes(i % 5), writes(i % 20), mark, `1e${i % 5}`].join();
        }),
      ]);
    const whole = await codes('whole.csv', String);
    const floats = await codes('floats.csv', (code) => code.toFixed(1));
    const padded = await codes('padded.csv', (code) => `00${code}`);
    const both = await call(whole, floats, '--categorical', 'id', '--json');
    expect(answer(both).columns).toMatchObject({
      k: { type: 'categorical', verdict: 'stable', effect: 0 },
      id: { type: 'categorical', verdict: 'stable', effect: 0 },
      // A column that holds words as well is text: 1.0 may be another version than 1.
      mark: { verdict: 'drifted' },
      far: { verdict: 'stable' },
    });
    const { segments } = answer(await call(whole, floats, '--segment', 'k', '--json'));
    expect(Object.keys(segments)).toEqual(['0', '1', '2', '3', '4']);
    const other = answer(await call(whole, padded, '--categorical', 'id', '--json'));
    expect(other.drifted).toEqual(expect.arrayContaining(['k', 'id']));
  });

  it('tells what is wrong with a column and goes on', async () => {
    const lines = (cells: (i: number) => string, header = 'a,b,c,d'): string[] => [
      header,
      ...Array.from({ length: 60 }, (_, i) => cells(i)),
    ];
    const reference = await write(
      'odd-before.csv',
      lines((i) => `${i / 7},${i / 3},x${i % 2},1`),
    );
    const current = await write(
      'odd-now.csv',
      lines((i) => `${i === 3 ? 'inf' : i / 7},word${i % 2},x0,2`, 'a,b,c,e'),
    );
    const result = await call(reference, current, '--json');
    expect(result.status).toBe(0);
    const { columns } = answer(result);
    expect(columns['a']).toMatchObject({ verdict: 'stable' });
    expect(columns['b']).toMatchObject({ type: 'changed', verdict: 'not-comparable' });
    expect(columns['c']).toMatchObject({ verdict: 'drifted' });
    expect(columns['d']).toMatchObject({ verdict: 'not-comparable' });
    expect(columns['e']).toMatchObject({ verdict: 'not-comparable' });
    expect(result.err).toContain('Column a: 1 infinite value counts as missing in the current');
    expect(result.err).toContain(
      'Column b was read as categories in the current sample: 0 % of its cells are numbers, but not "word0" in line 2.',
    );
    expect(result.err).not.toContain('no number');
    expect(result.err).toContain('Column c is always x0 in the current sample.');
  });

  it('takes a column that is infinite throughout for an emptied one', async () => {
    const side = (name: string, cell: (i: number) => unknown): Promise<string> =>
      write(name, ['x,z', ...Array.from({ length: 60 }, (_, i) => `${String(cell(i))},${i % 7}`)]);
    const reference = await side('finite.csv', (i) => i / 7);
    const result = await call(reference, await side('infinite.csv', () => 'inf'), '--json');
    expect(answer(result).columns['x']).toMatchObject({
      type: 'numeric',
      verdict: 'drifted',
      subject: 'missing',
    });
    expect(result.err).toContain('Column x: 60 infinite values count as missing in the current');
    expect(result.err).not.toContain('always');
  });

  it('writes a page that is whole by itself, and prints words', async () => {
    const page = join(folder, 'drift.html');
    const { out, status } = await call(before, now, '--time', 'at', '--html', page);
    expect(status).toBe(0);
    expect(out).toMatch(/amount\s+drifted\s+its values moved by/);
    const written = await readFile(page, 'utf8');
    expect(written).toMatch(/^<!doctype html>/);
    expect(written).not.toMatch(/https?:|<script/);
    expect(written).toContain('Drift over time');
  });

  it('refuses a file that it cannot read as evaluate does', async () => {
    const files = {
      empty: await write('empty.csv', []),
      ragged: await write('ragged.csv', ['a,b', '1,2', '3']),
      twice: await write('twice.csv', ['a,a', '1,2']),
      nowhere: join(folder, 'nowhere.csv'),
    };
    for (const [fault, path] of Object.entries(files)) {
      const { status, out } = await call(before, path);
      expect([fault, status, out]).toEqual([fault, 2, '']);
    }
    const timed = await call(before, now, '--time', 'plan');
    expect(timed.status).toBe(2);
    expect(timed.err).toContain('The time column plan must hold numbers or ISO 8601 times');
  });

  it('refuses what is not there', async () => {
    const { status, err } = await call(before, now, '--segment', 'plant');
    expect(status).toBe(2);
    expect(err).toContain('There is no column "plant" in the reference sample');
    expect((await call(before, now, '--q', '2')).status).not.toBe(0);
    for (const flag of ['--drop', '--categorical']) {
      const unknown = await call(before, now, flag, 'who,nope');
      expect(unknown.status).toBe(2);
      expect(unknown.err).toContain('There is no column "nope" in either sample; there are at,');
    }
    const none = await call(before, now, '--drop', 'at,who,amount,level,plan,note');
    expect(none).toMatchObject({ status: 2, out: '' });
    expect(none.err).toContain('No column is left to compare.');
    for (const seed of ['text', '-1', '1.5', '']) {
      const refused = await call(before, now, `--seed=${seed}`);
      expect(refused.status).not.toBe(0);
      expect(refused.err).toContain('It must be a whole number from 0.');
    }
  });
});
