import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { registerReport } from '../../../src/commands/report.js';
import { HOUR } from '../../../src/core/telemetry/time.js';
import type { Json } from '../../builders/running-api.js';
import { RunningApi } from '../../builders/running-api.js';
import type { CommandResult } from '../../commands/run-command.js';
import { runCommand } from '../../commands/run-command.js';

const environment = { ...process.env };
let api: RunningApi;
let folder: string;

beforeAll(async () => {
  api = await RunningApi.start();
  folder = await mkdtemp(join(tmpdir(), 'throughline-report-'));
  process.env['THROUGHLINE_URL'] = api.url;
  process.env['THROUGHLINE_API_KEY'] = await api.keyOf('read');
  await api.post('/v1/journeys', {
    key: 'checkout',
    name: 'Checkout',
    owner: 'shop',
    window: '30m',
    stages: [
      { key: 'cart', event: 'cart', weight: 0.5 },
      {
        key: 'payment',
        event: 'pay',
        weight: 1,
        mappings: [{ match: ['team="pay"'], relevance: 1 }],
      },
    ],
  });
  const now = Date.now();
  const anomalies = Array.from({ length: 80 }, (_, i) => ({
    id: `a${i}`,
    source: 'test',
    name: 'Errors',
    severity: 'error',
    labels: { team: 'pay', service: 'payment', instance: `i${i}` },
    startedAt: new Date(now - (320 - 4 * i) * HOUR).toISOString(),
    receivedAt: new Date(now - (320 - 4 * i) * HOUR + 1000).toISOString(),
  }));
  await api.post('/v1/anomalies', anomalies);
  await api.post('/v1/backfill/end', {});
}, 60_000);

afterAll(async () => {
  process.env = { ...environment };
  await api.stop();
  await rm(folder, { recursive: true });
});

const run = (...args: string[]): Promise<CommandResult> =>
  runCommand(registerReport, ['report', ...args]);

describe('throughline report', () => {
  it.each([
    ['performance', 'Performance'],
    ['drift', 'Drift of the model'],
    ['data-quality', 'Data quality'],
  ])('writes %s as a page, and its figures to standard output', async (name, title) => {
    const file = join(folder, `${name}.html`);
    expect(await run(name, '--html', file)).toEqual({ status: 0, out: `${file}\n`, err: '' });
    const page = await readFile(file, 'utf8');
    expect(page).toMatch(/^<!doctype html>/i);
    expect(page).toContain(title);
    const { status, out } = await run(name, '--json', '--html', file);
    expect(status).toBe(0);
    const figures = JSON.parse(out) as Json;
    expect(figures['from']).toMatch(/Z$/);
  });

  it('hands on the stretch and the chunk', async () => {
    const [from, to] = ['2026-01-01T00:00:00Z', '2026-01-03T00:00:00Z'];
    const { out } = await run(
      'data-quality',
      '--from',
      from,
      '--to',
      to,
      '--chunk',
      '1d',
      '--json',
    );
    const answer = JSON.parse(out) as Json;
    expect(answer).toMatchObject({ from: '2026-01-01T00:00:00.000Z' });
    expect(answer['chunks']).toHaveLength(2);
  });

  it('refuses a chunk for a report that has none of its own', async () => {
    const { status, err } = await run('drift', '--chunk', '1d');
    expect(status).toBe(1);
    expect(err).toContain('--chunk');
  });

  it('says which page cannot be written, and why', async () => {
    const lost = join(folder, 'none', 'page.html');
    await expect(run('data-quality', '--html', lost)).rejects.toThrow(
      `${lost} cannot be written: there is no such folder.`,
    );
  });

  it('says of each report what it tells', async () => {
    const { out } = await run('--help');
    expect(out).toMatch(/ drift .*what changed/);
    expect(out).toMatch(/ performance .*how good/);
  });

  it('names a field once where it is refused', async () => {
    const { err } = await run(
      'drift',
      '--from',
      '2026-01-03T00:00:00Z',
      '--to',
      '2026-01-02T00:00:00Z',
    );
    expect(err).toMatch(/from is not before to/);
    expect(err).not.toMatch(/from from/);
  });

  it('tells in one line what the service refused', async () => {
    const { status, err } = await run('drift', '--from', '2026-01-03', '--json');
    expect(status).toBe(2);
    expect(err).toMatch(/^error: the service answered 4\d\d: .*\n$/);
  });
});
