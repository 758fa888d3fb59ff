import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';

import { DuckDBInstance } from '@duckdb/node-api';
import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { Command } from 'commander';

import { registerFunnel } from '../../src/commands/funnel.js';

interface Answer {
  readonly out: string;
  readonly err: string;
  readonly exit: typeof process.exitCode;
}

const COLUMNS = ['--actor', 'who', '--event', 'what', '--time', 'when'];

async function call(...flags: string[]): Promise<Answer> {
  const [out, err]: [string[], string[]] = [[], []];
  jest.spyOn(process.stdout, 'write').mockImplementation((text) => out.push(String(text)) > 0);
  jest.spyOn(process.stderr, 'write').mockImplementation((text) => err.push(String(text)) > 0);
  const program = new Command().exitOverride();
  registerFunnel(program);
  process.exitCode = 0;
  await program.parseAsync(['node', 'throughline', 'funnel', ...flags]);
  const exit = process.exitCode;
  process.exitCode = 0;
  return { out: out.join(''), err: err.join(''), exit };
}

function reached({ out }: Answer): number[] {
  const { steps } = JSON.parse(out) as { steps: { reached: number }[] };
  return steps.map((step) => step.reached);
}

afterEach(() => {
  jest.restoreAllMocks();
});

describe('throughline funnel', () => {
  let folder = '';
  const path = (name: string): string => join(folder, name);
  const write = async (name: string, text: string): Promise<string> => {
    const bytes = name.endsWith('.gz') ? gzipSync(text) : text;
    await writeFile(path(name), bytes);
    return path(name);
  };

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'funnel-'));
  });

  afterAll(async () => {
    await rm(folder, { recursive: true });
  });

  const rows = [
    ['a', 'view', '2026-01-01T00:00:00Z'],
    ['a', 'buy, now', '2026-01-01T02:00:30+02:00'],
    ['b', 'view', '2026-01-01 00:00:00.5'],
    ['b', 'other', '2026-01-01'],
    ['c', 'view', '1767225600'],
    ['c', 'buy, now', '1767225690000'],
  ];
  const csv = ['who,what,when', ...rows.map(([who, what, when]) => `${who},"${what}",${when}`)];
  const ndjson = rows.map(([who, what, when]) => JSON.stringify({ who, what, when, x: { y: 1 } }));
  // A comma cannot be in a step, so the steps of these tests are without the event that has one.
  const flags = [...COLUMNS, '--steps', 'view,other', '--order', 'unordered', '--json'];

  it('reads CSV, NDJSON, both compressed, and Parquet alike', async () => {
    const parquet = path('events.parquet');
    const connection = await (await DuckDBInstance.create()).connect();
    const plain = await write('events.csv', csv.join('\n'));
    await connection.run(`COPY (FROM read_csv('${plain}', all_varchar = true)) TO '${parquet}'`);
    connection.closeSync();
    const files = [
      plain,
      await write('events.csv.gz', csv.join('\r\n')),
      await write('events.ndjson', `${ndjson.join('\n')}\n\n`),
      await write('events.ndjson.gz', ndjson.join('\n')),
      parquet,
    ];
    for (const file of files) {
      const answer = await call('--events', file, ...flags);
      expect(answer).toMatchObject({ err: '', exit: 0 });
      expect(reached(answer)).toEqual([3, 1]);
    }
  });

  it('answers in the shape of the contract, times read with and without zone and as epochs', async () => {
    const lines = csv.map((line) => line.replace('buy, now', 'buy'));
    const file = await write('plain.csv', lines.join('\n'));
    const answer = await call('--events', file, ...COLUMNS, '--steps', 'view,buy', '--json');
    expect(JSON.parse(answer.out)).toEqual({
      steps: [
        {
          event: 'view',
          reached: 3,
          rateFromPrevious: 1,
          rateFromFirst: 1,
          secondsFromPrevious: null,
        },
        {
          event: 'buy',
          reached: 2,
          rateFromPrevious: 2 / 3,
          rateFromFirst: 2 / 3,
          secondsFromPrevious: { mean: 60, median: 60, p90: 84 },
        },
      ],
    });
    const short = ['--steps', 'view,buy', '--json', '--window', '30s'];
    expect(reached(await call('--events', file, ...COLUMNS, ...short))).toEqual([3, 1]);
  });

  it('prints a table with a bar for people', async () => {
    const file = path('plain.csv');
    const { out } = await call('--events', file, ...COLUMNS, '--steps', 'view,buy');
    const [head, view, buy] = out.split('\n');
    expect(head?.split(/\s{2,}/).slice(0, 4)).toEqual([
      'step',
      'actors',
      'of previous',
      'of first',
    ]);
    expect(view).toMatch(/^view +3 +100\.0 % +100\.0 % +█{30}$/);
    expect(buy).toMatch(/^buy +2 +66\.7 % +66\.7 % +1m +1m +1m24s +█{20}$/);
  });

  it('names the rows that it leaves out by line, and keeps the others', async () => {
    const bad = ['b,buy,soon', ',view,2026-01-01', 'c,view', 'd,view,2026-02-30', 'c,buy,'];
    const good = ['a,view,2026-01-01', 'a,buy,2026-01-02'];
    const file = await write('bad.csv', ['who,what,when', ...bad, ...good].join('\n'));
    const answer = await call('--events', file, ...COLUMNS, '--steps', 'view,buy', '--json');
    expect(reached(answer)).toEqual([1, 1]);
    expect(answer.exit).toBe(0);
    expect(answer.err.split('\n').slice(0, 6)).toEqual([
      'throughline funnel: rows left out: 5',
      '  line 2: its time "soon" cannot be read',
      '  line 3: it has no actor',
      "  line 4: it does not have the header's columns (missing columns)",
      '  line 5: its time "2026-02-30" cannot be read',
      '  line 6: it has no time',
    ]);
    const lines = ['{"who":"a","what":"view","when":"2026-01-01"}', '{"who":"a",', '{"who":"b"}'];
    const json = await write('bad.ndjson', lines.join('\n'));
    const second = await call('--events', json, ...COLUMNS, '--steps', 'view', '--json');
    expect(reached(second)).toEqual([1]);
    expect(second.err).toMatch(/left out: 2\n {2}line 2: .*\n {2}line 3: it has no event\n/);
  });

  it('exits 1 where the file cannot be used', async () => {
    const missing = await call('--events', path('none.csv'), ...flags);
    expect(missing).toMatchObject({ out: '', exit: 1 });
    const empty = await write('empty.csv', 'who,what,when\n');
    expect(await call('--events', empty, ...flags)).toMatchObject({ out: '', exit: 1 });
    const noParquet = await write('no.parquet', 'who,what,when\n');
    const unreadable = await call('--events', noParquet, ...flags);
    expect(unreadable).toMatchObject({ out: '', exit: 1 });
    expect(unreadable.err).toMatch(/^throughline funnel: .*no\.parquet cannot be read: .*\n$/);
  });

  it('exits 2 at a column that is not there, and refuses wrong flags', async () => {
    const file = path('plain.csv');
    const wrong = await call('--events', file, ...flags, '--actor', 'user');
    expect(wrong).toMatchObject({ out: '', exit: 2 });
    expect(wrong.err).toContain('There is no column "user"');
    for (const more of [
      ['--order', 'any'],
      ['--window', '2 weeks'],
      ['--window', '0s'],
      ['--steps', 'a,,b'],
    ]) {
      await expect(call('--events', file, ...flags, ...more)).rejects.toMatchObject({
        code: 'commander.invalidArgument',
      });
    }
  });

  const shop = fileURLToPath(
    new URL(
      '../../../shared/datasets/retentioneering_shop/simple_shop_events.csv',
      import.meta.url,
    ),
  );
  const check = existsSync(shop) ? it : it.skip;

  check('counts the users of the shop as its data sheet does', async () => {
    const columns = ['--actor', 'client_id', '--event', 'event', '--time', 'timestamp'];
    const steps = ['catalog', 'cart', 'delivery_choice', 'payment_choice', 'payment_done'];
    const all = ['--events', shop, ...columns, '--steps', steps.join(','), '--json'];
    for (const order of ['unordered', 'ordered']) {
      expect(reached(await call(...all, '--order', order))).toEqual([3611, 1924, 1356, 958, 653]);
    }
  });

  interface Case {
    readonly name: string;
    readonly order: string;
    readonly steps: readonly string[];
    readonly windowSeconds: number;
    readonly events: readonly { actor: string; event: string; at: number }[];
    readonly expect: { readonly reached: readonly number[] };
  }
  const conformance = new URL('../../../shared/conformance/funnel.json', import.meta.url);
  const cases = existsSync(conformance)
    ? (JSON.parse(readFileSync(conformance, 'utf8')) as { cases: Case[] }).cases
    : [];

  (cases.length > 0 ? it.each(cases) : it.skip.each([{ name: 'no cases' } as Case]))(
    'conforms: $name',
    async ({ order, steps, windowSeconds, events, expect: { reached: known } }) => {
      const lines = events.map(({ actor, event, at }) =>
        JSON.stringify({ who: actor, what: event, when: String(1_767_225_600 + at) }),
      );
      const file = await write('case.ndjson', lines.join('\n'));
      const asked = ['--order', order, '--window', `${String(windowSeconds)}s`, '--json'];
      const all = ['--events', file, ...COLUMNS, '--steps', steps.join(','), ...asked];
      expect(reached(await call(...all))).toEqual(known);
    },
  );
});
