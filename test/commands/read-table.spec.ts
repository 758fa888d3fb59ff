import { execFileSync } from 'node:child_process';
import { createWriteStream, mkdirSync, mkdtempSync, readdirSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

import { DuckDBInstance } from '@duckdb/node-api';
import { afterAll, describe, expect, it } from '@jest/globals';

import { registerFunnel } from '../../src/commands/funnel.js';
import { registerImport } from '../../src/commands/import.js';
import { readTable } from '../../src/commands/read-table.js';
import { runCommand } from './run-command.js';

const folder = mkdtempSync(join(tmpdir(), 'throughline-read-table-'));
const at = (name: string): string => join(folder, name);

afterAll(async () => {
  await rm(folder, { recursive: true });
});

function written(name: string, content: string | Buffer): string {
  writeFileSync(at(name), content);
  return at(name);
}

/** A pipe into which the content goes as soon as someone reads. */
function piped(name: string, content: string | Buffer): string {
  execFileSync('sh', ['-c', 'mkfifo "$0"', at(name)]);
  createWriteStream(at(name)).end(content);
  return at(name);
}

const spooled = (): string[] =>
  readdirSync(tmpdir()).filter((name) => name.startsWith('throughline-input-'));

describe('what comes through a pipe', () => {
  const rows = Array.from({ length: 20_000 }, (_, i) => `${i},"two\nlines",${i % 2}`);
  const csv = ['x,note,y', ...rows].join('\n');

  it('is read from its first row to its last, and nothing is left of it', async () => {
    const before = spooled();
    const table = await readTable(piped('plain', csv));
    expect(table.rows).toBe(20_000);
    expect(table.columns.get('x')?.slice(0, 2)).toEqual(['0', '1']);
    expect(table.where(2)).toBe('line 6');
    expect((await readTable(piped('packed', gzipSync(csv)))).rows).toBe(20_000);
    expect(spooled()).toEqual(before);
  });

  it('is counted as a funnel, NDJSON known by its first letter', async () => {
    const columns = ['--actor', 'a', '--event', 'e', '--time', 't', '--steps', 'view', '--json'];
    const csvEvents = ['a,e,t', ...rows.map((_, i) => `${i},view,2026-01-01`)].join('\n');
    const json = rows.map((_, i) => JSON.stringify({ a: i, e: 'view', t: '2026-01-01' }));
    for (const path of [piped('events', csvEvents), piped('lines', json.join('\n'))]) {
      const { out } = await runCommand(registerFunnel, ['funnel', '--events', path, ...columns]);
      expect(JSON.parse(out)).toMatchObject({ steps: [{ reached: 20_000 }] });
    }
  });

  it('cannot be queried by an import, nor can a folder be read as a file', async () => {
    const sql = ['--sql', 'select 1'];
    const pipe = await runCommand(registerImport, ['import', 'events', '/dev/null', ...sql]);
    expect(pipe.status).toBe(2);
    const csvFolder = await runCommand(registerImport, ['import', 'events', folder]);
    expect(csvFolder.status).toBe(2);
    await expect(readTable(folder)).rejects.toThrow(/is a folder, not a file/);
    const columns = ['--actor', 'a', '--event', 'e', '--time', 't', '--steps', 'view'];
    const events = await runCommand(registerFunnel, ['funnel', '--events', folder, ...columns]);
    expect(events).toMatchObject({ status: 1, err: expect.stringMatching(/is a folder/) });
  });
});

describe('a file is what its first bytes say', () => {
  it('Parquet and gzip by any name', async () => {
    const connection = await (await DuckDBInstance.create()).connect();
    await connection.run(`COPY (SELECT 1 AS x) TO '${at('table.pq')}' (FORMAT parquet)`);
    connection.closeSync();
    const packed = gzipSync('x,y\n1,0\n');
    const files = [at('table.pq'), written('A.CSV.GZ', packed), written('packed.csv', packed)];
    for (const file of files) expect((await readTable(file)).columns.get('x')).toEqual(['1']);
  });

  it('empty lines before the header are passed over, and counted', async () => {
    for (const end of ['\n', '\r\n']) {
      const lines = ['', '', 'x,y', '1,0', ''].join(end);
      const table = await readTable(written('blank.csv', lines));
      expect([...table.columns]).toEqual([
        ['x', ['1']],
        ['y', ['0']],
      ]);
      expect(table.where(0)).toBe('line 4');
    }
    const unnamed = written('unnamed.csv', '\n\nx,,y\n1,0,1\n');
    await expect(readTable(unnamed)).rejects.toThrow(/Column 2 of .* has no name \(line 3\)/);
  });

  it('lines may end in several ways', async () => {
    const ways = [
      'x,y\r\n1,a\n2,"b\nc"\r\n3,d\n',
      'x,y\n1,a\r\n2,"b\nc"\n3,d\r',
      'x,y\r1,a\n2,"b\nc"\r3,d',
    ];
    const before = spooled();
    for (const text of ways) {
      for (const path of [written('ends.csv', text), written('ends.gz', gzipSync(text))]) {
        const table = await readTable(path);
        expect([...table.columns]).toEqual([
          ['x', ['1', '2', '3']],
          ['y', ['a', 'b\nc', 'd']],
        ]);
        expect(table.where(2)).toBe('line 5');
      }
    }
    const ragged = written('ends.csv', 'x,y\n1,a\r\n2\n');
    await expect(readTable(ragged)).rejects.toThrow(/^Line 3 of .*ends\.csv has 1 cells/);
    expect(spooled()).toEqual(before);
  });

  it('a quote opens where a cell begins, spaces before it passed over, and nowhere else', async () => {
    const inches = written('inches.csv', 'size 5";width (") ; "in ""all"";"; y\n1;2;3;4\n');
    expect([...(await readTable(inches)).columns.keys()]).toEqual([
      'size 5"',
      'width (")',
      'in "all";',
      'y',
    ]);
    const spaced = written('spaced.csv', 'x, "the\nnote", y\n1, "a, \nb", 0\n2, c, 1\n');
    const table = await readTable(spaced);
    expect([...table.columns.keys()]).toEqual(['x', 'the\nnote', 'y']);
    expect(table.columns.get('the\nnote')?.[0]).toBe('a, \nb');
    expect(table.where(1)).toBe('line 5');
  });

  it('a gzip file that was cut off is refused, wherever it was cut', async () => {
    const lines = Array.from({ length: 2000 }, (_, i) => `${(i * 7919) % 9973},${i % 2}\n`);
    const packed = gzipSync(`x,y\n${lines.join('')}`);
    for (let cut = 1; cut < 40; cut += 1) {
      const path = written('cut.csv.gz', packed.subarray(0, packed.length - cut));
      await expect(readTable(path)).rejects.toThrow(/it is a gzip file that is broken or cut off/);
    }
    const members = Buffer.concat([gzipSync('x,y\n1,2\n'), gzipSync('3,4\n')]);
    expect((await readTable(written('two.csv.gz', members))).rows).toBe(2);
  });

  it('columns may differ by case alone', async () => {
    const { columns } = await readTable(written('case.csv', 'x,X\n1,2\n'));
    expect([...columns]).toEqual([
      ['x', ['1']],
      ['X', ['2']],
    ]);
  });
});

describe('a file is the one that was named', () => {
  it('whatever its name means to DuckDB, others beside it left alone', async () => {
    for (const name of ['part[1].csv', 'part*.csv', 'part?.csv']) {
      written('part1.csv', 'x,y\nother,1\n');
      const path = written(name, 'x,y\nthis,0\n');
      expect((await readTable(path)).columns.get('x')).toEqual(['this']);
      const columns = ['--actor', 'x', '--event', 'y', '--time', 'x', '--steps', '0', '--json'];
      const { err } = await runCommand(registerFunnel, ['funnel', '--events', path, ...columns]);
      expect(err).toContain('"this"');
      expect(err).not.toContain('"other"');
    }
  });

  it('its folder adds no column, and its moments are told in UTC', async () => {
    mkdirSync(at('y=1'));
    const connection = await (await DuckDBInstance.create()).connect();
    await connection.run("SET TimeZone = 'Asia/Kolkata'");
    const row = "SELECT 0 AS y, TIMESTAMPTZ '2026-01-01 00:00:00+00' AS at";
    await connection.run(`COPY (${row}) TO '${at('y=1/part.parquet')}' (FORMAT parquet)`);
    connection.closeSync();
    expect([...(await readTable(at('y=1/part.parquet'))).columns]).toEqual([
      ['y', ['0']],
      ['at', ['2026-01-01 00:00:00+00']],
    ]);
  });
});

describe('lines are those of the file', () => {
  const ragged = 'x,note,y\n1,"a\nb",0\n\n2,"c ""d""\nd",1\n3,e\n4,5" wide,1\n';

  it('of a ragged row after quoted line ends and empty lines', async () => {
    await expect(readTable(written('ragged.csv', ragged))).rejects.toThrow(/^Line 7 of/);
    await expect(readTable(written('ragged.gz', gzipSync(ragged)))).rejects.toThrow(/^Line 7 of/);
  });

  it('of the rows that a funnel leaves out', async () => {
    const events = 'a,e,t\n1,"x\ny",2026-01-01\n2,view\n\n3,"x\ny",2026-01-01\n4,view,soon\n';
    const flags = ['--actor', 'a', '--event', 'e', '--time', 't', '--steps', 'view'];
    const path = written('events.csv', events);
    const { err } = await runCommand(registerFunnel, ['funnel', '--events', path, ...flags]);
    expect(err).toContain("line 4: it does not have the header's columns");
    expect(err).toContain('line 8: its time "soon" cannot be read');
    const empty = written('no-events.csv', '');
    const nothing = await runCommand(registerFunnel, ['funnel', '--events', empty, ...flags]);
    expect(nothing).toMatchObject({ status: 1, err: expect.stringMatching(/is empty\./) });
  });

  it('of a row that is too long, with the reason', async () => {
    const path = written('long.csv', `x,y\n1,0\n${'z'.repeat(3e6)},1\n`);
    await expect(readTable(path)).rejects.toThrow(
      /\(line 3\): the row there is 3,000,\d+ bytes long, at most 2,000,000 can be read/,
    );
  });
});
