import { createHash } from 'node:crypto';
import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { z } from 'zod';

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
  it('refuses an empty seed, and a drift on a day that never comes', async () => {
    expect((await simulate('refused', '--seed', '')).status).not.toBe(0);
    const never = await simulate('refused', '--seed', '1', '--drift-day', '4');
    expect(never).toMatchObject({ status: 2, err: expect.stringMatching(/4 never comes/) });
  });

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
    // The definitions do not hang on chance.
    expect(other['journeys.json']).toBe(one['journeys.json']);
    for (const name of ['events', 'anomalies', 'changes', 'truth']) {
      expect(other[`${name}.ndjson`]).not.toBe(one[`${name}.ndjson`]);
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

describe('the sample in datasets', () => {
  const datasets = join(import.meta.dirname, '../../datasets');
  const lines = async (name: string): Promise<unknown[]> => {
    const text = await readFile(join(datasets, 'sample', name), 'utf8');
    if (name.endsWith('.json')) return JSON.parse(text) as unknown[];
    return text
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as unknown);
  };

  it('is what the command in its datasheet writes', async () => {
    const datasheet = await readFile(join(datasets, 'README.md'), 'utf8');
    const command = /throughline simulate (.*) --out datasets\/sample/.exec(datasheet)?.[1];
    const out = join(folder, 'sample');
    const flags = (command ?? '').split(' ');
    await runCommand(registerSimulate, ['simulate', ...flags, '--out', out]);
    for (const name of FILES) {
      const written = await readFile(join(out, name), 'utf8');
      expect(written === (await readFile(join(datasets, 'sample', name), 'utf8'))).toBe(true);
    }
  });

  it.each([
    ['journeys.json', 'journey'],
    ['events.ndjson', 'event'],
    ['anomalies.ndjson', 'anomaly'],
    ['changes.ndjson', 'change'],
    ['incidents.ndjson', 'incident'],
    ['outcomes.ndjson', 'outcome'],
    ['retrospectives.ndjson', 'retrospective'],
    ['truth.ndjson', 'truth'],
  ])('%s holds to schema.json', async (name, definition) => {
    const text = await readFile(join(datasets, 'schema.json'), 'utf8');
    const { $defs } = JSON.parse(text) as { $defs: Record<string, z.core.JSONSchema.BaseSchema> };
    const schema = z.fromJSONSchema($defs[definition] ?? false);
    const all = await lines(name);
    expect(all.length).toBeGreaterThan(0);
    const refused = all.filter((line) => !schema.safeParse(line).success);
    expect(refused).toEqual([]);
    expect(schema.safeParse({ ...(all[0] as object), stranger: 1 }).success).toBe(false);
  });
});
