import { createHash } from 'node:crypto';
import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { registerSimulate } from '../../src/commands/simulate.js';
import type { CommandResult } from './run-command.js';
import { runCommand } from './run-command.js';

const FILES = [
  'anomalies.ndjson',
  'changes.ndjson',
  'events.ndjson',
  'incidents.ndjson',
  'journeys.json',
  'outcomes.ndjson',
  'retrospectives.ndjson',
  'truth.ndjson',
];

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'throughline-simulate-'));
});

afterAll(async () => {
  await rm(folder, { recursive: true });
});

async function simulate(out: string, ...more: string[]): Promise<CommandResult> {
  const flags = ['--days', '4', '--scale', '0.1', '--out', join(folder, out)];
  return await runCommand(registerSimulate, ['simulate', ...flags, ...more]);
}

async function hashes(out: string): Promise<Record<string, string>> {
  const names = await readdir(join(folder, out));
  const entries = names.toSorted().map(async (name): Promise<[string, string]> => {
    const bytes = await readFile(join(folder, out, name));
    return [name, createHash('sha256').update(bytes).digest('hex')];
  });
  return Object.fromEntries(await Promise.all(entries));
}

describe('simulate', () => {
  it('writes the same bytes for the same seed, others for another', async () => {
    for (const [out, seed] of [
      ['one', '7'],
      ['same', '7'],
      ['other', '8'],
    ] as const) {
      expect(await simulate(out, '--seed', seed)).toMatchObject({ status: 0, err: '' });
    }
    const [one, same, other] = [await hashes('one'), await hashes('same'), await hashes('other')];
    expect(Object.keys(one)).toEqual(FILES);
    expect(same).toEqual(one);
    for (const name of FILES) {
      // The definitions do not hang on chance.
      if (name !== 'journeys.json') expect(other[name]).not.toBe(one[name]);
    }
  });

  it('counts what it wrote', async () => {
    const { out, status } = await simulate('counted', '--seed', '7', '--json');
    expect(status).toBe(0);
    const summary = JSON.parse(out) as { lines: Record<string, number>; start: string };
    expect(summary).toMatchObject({ days: 4, seed: 7, scale: 0.1, missed: expect.any(Number) });
    expect(summary.start).toBe('2026-01-05T00:00:00.000Z');
    for (const [name, count] of Object.entries(summary.lines)) {
      if (name === 'journeys') continue;
      const text = await readFile(join(folder, 'counted', `${name}.ndjson`), 'utf8');
      expect(text.split('\n').length - 1).toBe(count);
    }
    const journeys: unknown = JSON.parse(
      await readFile(join(folder, 'counted', 'journeys.json'), 'utf8'),
    );
    expect(journeys).toHaveLength(summary.lines['journeys'] ?? 0);
  });

  it('starts with the UTC day of the time that is given', async () => {
    const { out } = await simulate('later', '--seed', '7', '--start', '2026-09-03T22:15:00+02:00');
    expect(out).toContain('faults');
    const [first] = (await readFile(join(folder, 'later', 'events.ndjson'), 'utf8')).split('\n');
    const event = JSON.parse(first ?? '') as { receivedAt: string };
    expect(event.receivedAt).toMatch(/^2026-09-03T00:/);
  });

  it.each([
    [['--days', '0'], 'days'],
    [['--days', '1.5'], 'days'],
    [['--seed', '-1'], 'seed'],
    [['--start', 'yesterday'], 'start'],
    [['--scale', '0'], 'scale'],
  ])('refuses %j', async (flags, named) => {
    const { status, err } = await simulate('never', '--seed', '7', ...flags);
    expect(status).not.toBe(0);
    expect(err).toContain(`--${named}`);
  });

  it('says why it cannot write', async () => {
    await writeFile(join(folder, 'taken'), 'a file');
    const { status, err } = await simulate('taken', '--seed', '7');
    expect(status).toBe(1);
    expect(err).toContain('throughline simulate:');
  });
});
