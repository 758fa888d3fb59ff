import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { registerThreshold } from '../../src/commands/threshold.js';
import { seededRandom } from '../../src/core/statistics/random.js';
import type { CommandResult } from './run-command.js';
import { runCommand } from './run-command.js';

const MINUTE = 60_000;
const START = Date.UTC(2026, 0, 5);
const iso = (minute: number): string => new Date(START + minute * MINUTE).toISOString();

describe('throughline threshold', () => {
  let folder = '';
  const write = async (name: string, lines: readonly string[]): Promise<string> => {
    await writeFile(join(folder, name), `${lines.join('\n')}\n`);
    return join(folder, name);
  };
  const call = (series: string, failures: string, ...flags: string[]): Promise<CommandResult> =>
    runCommand(registerThreshold, [
      'threshold',
      ...['--series', series, '--value', 'v', '--time', 't', '--failures', failures, ...flags],
    ]);
  const body = ({ out }: CommandResult): Record<string, unknown> =>
    JSON.parse(out) as Record<string, unknown>;

  let series = '';
  let failures = '';

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'threshold-'));
    const random = seededRandom(1);
    const [samples, lost] = [['t,v'], ['startedAt,endedAt,valueLost']];
    // Eight weeks at ten minutes; a bump of 2 every 8 h, of 5 (a failure) every 56 h.
    for (let i = 0; i < 8064; i += 1) {
      const bump = i % 336 < 3 ? 5 : 2;
      const value = i % 48 < 3 ? bump + random() : random();
      samples.push(`${iso(i * 10)},${value}`);
      if (i % 336 === 0 && i > 0) lost.push(`${iso(i * 10)},${iso(i * 10 + 60)},40`);
    }
    series = await write('series.csv', samples);
    failures = await write('failures.csv', lost);
  });

  afterAll(async () => {
    await rm(folder, { recursive: true });
  });

  it('raises a threshold that pages on harmless bumps', async () => {
    const result = await call(series, failures, '--current', '1.5', '--json');
    expect(result.status).toBe(0);
    expect(body(result)).toMatchObject({
      state: 'draft',
      verdict: 'raise',
      current: { threshold: 1.5, pages: 168, pagesPerWeek: 21, caught: 23, missed: 0, cost: 168 },
      suggested: { pages: 24, pagesPerWeek: 3, caught: 23, missed: 0, cost: 24 },
      missedFailureIds: [],
      expiresAt: '2026-05-31T00:00:00.000Z',
    });
    const { suggested, flips, interval } = body(result) as {
      suggested: { threshold: number };
      flips: string[];
      interval: [number, number];
    };
    expect(suggested.threshold).toBeGreaterThan(3);
    expect(suggested.threshold).toBeLessThan(5.2);
    expect(flips[0]).toBe('2026-01-06');
    expect(interval[1]).toBeLessThan(0);
    expect(await call(series, failures, '--current', '1.5', '--json')).toEqual(result);
  });

  it('tells people the trade', async () => {
    const { out, status } = await call(series, failures, '--current', '1.5');
    expect(status).toBe(0);
    expect(out).toMatch(/^raise: 3 pages a week, 0 failures missed; now 21 and 0;/);
    expect(out).toMatch(/current +1\.5 +21 +23 +0 +168\n/);
  });

  it('takes the value of a failure from the flag, and `for` into account', async () => {
    const plain = await write('plain.csv', ['startedAt,endedAt', `${iso(3360)},${iso(3420)}`]);
    const late = await call(
      series,
      plain,
      '--current',
      '4',
      '--for',
      '10m',
      '--cost-miss',
      '12',
      '--json',
    );
    // The page comes 10 of 60 minutes late.
    expect(body(late)).toMatchObject({ current: { pages: 24, missed: 0, cost: 26 } });
    const missed = await call(
      series,
      plain,
      '--current',
      '4',
      '--for',
      '30m',
      '--cost-miss',
      '12',
      '--json',
    );
    expect(body(missed)).toMatchObject({ current: { pages: 0, missed: 1, cost: 12 } });
  });

  it('leaves out what it cannot use, and says what', async () => {
    const dirty = await write('dirty.csv', [
      't,v',
      `${iso(0)},1`,
      'noon,2',
      `${iso(10)},high`,
      `${iso(20)},NaN`,
      `${iso(30)},`,
      `${iso(40)},3`,
      `${iso(40)},2`,
    ]);
    const bad = await write('bad.csv', [
      'startedAt,endedAt,valueLost,id',
      `${iso(20)},${iso(10)},1,a`,
      `${iso(20)},${iso(30)},-1,b`,
      `${iso(900)},${iso(930)},1,c`,
      `${iso(20)},${iso(30)},1,d`,
    ]);
    const result = await call(dirty, bad, '--current', '1.5', '--json');
    expect(result.status).toBe(0);
    expect(result.err).toContain('row 2: its time "noon" cannot be read');
    expect(result.err).toContain('row 3: its value "high" is no number');
    expect(result.err).toContain('1 samples have the time of another one');
    expect(result.err).toContain('row 1: it ends before it starts');
    expect(result.err).toContain('row 2: its valueLost "-1" is no amount');
    expect(result.err).toContain('1 of 2 failures lie outside the history');
    expect(result.err).toContain('1 of 3 looks');
    expect(body(result)).toMatchObject({
      verdict: 'insufficient-evidence',
      failures: 1,
      current: { threshold: 1.5, pages: 1 },
    });
  });

  it('answers a constant series and failures outside it', async () => {
    const flat = await write('flat.csv', [
      't,v',
      ...Array.from({ length: 50 }, (_, i) => `${iso(i)},3`),
    ]);
    const answer = await call(flat, failures, '--current', '2', '--json');
    expect(answer.status).toBe(0);
    expect(answer.err).toContain('23 of 23 failures lie outside the history');
    expect(body(answer)).toMatchObject({
      verdict: 'insufficient-evidence',
      reason: 'the metric never varies',
      suggested: { threshold: 2 },
      frontier: [],
    });
  });

  it('refuses what is no history', async () => {
    const empty = await write('empty.csv', ['t,v']);
    expect(await call(empty, failures)).toMatchObject({ status: 1, out: '' });
    const blank = await write('blank.csv', ['t,v', `${iso(0)},`]);
    const result = await call(blank, failures);
    expect(result).toMatchObject({ status: 1, out: '' });
    expect(result.err).toContain('has no sample of v');
    const unknown = await call(series, failures, '--value', 'w');
    expect(unknown.status).toBe(2);
    expect(unknown.err).toContain('There is no column "w"');
    const header = await write('header.csv', ['startedAt,endedAt']);
    expect(body(await call(series, header, '--json'))).toMatchObject({
      verdict: 'insufficient-evidence',
      reason: 'there is no failure to judge by',
    });
  });

  it('takes comparison and threshold from an alert expression, or says why it cannot', async () => {
    const quantile = 'histogram_quantile(0.9, rate(b_bucket[5m])) > 1.5';
    const told = await call(series, failures, '--expr', quantile, '--json');
    expect(body(told)).toMatchObject({ verdict: 'raise', current: { threshold: 1.5 } });
    for (const [expr, says] of [
      ['absent(up)', 'absent'],
      ['up', 'no-comparison'],
      ['a > 1 and b > 2', 'compound'],
      ['a > b', 'two-series'],
    ] as const) {
      const refused = await call(series, failures, '--expr', expr);
      expect(refused).toMatchObject({ status: 2, out: '' });
      expect(refused.err).toContain(says);
    }
  });

  it('refuses flags that make no sense', async () => {
    expect((await call(series, failures, '--comparison', '=')).status).toBe(1);
    expect((await call(series, failures, '--alpha', '2')).status).toBe(1);
  });
});
