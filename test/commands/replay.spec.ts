import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';

import { ReplayFile } from '../../src/commands/replay-file.js';
import { replaySteps } from '../../src/commands/replay-steps.js';
import { registerReplay } from '../../src/commands/replay.js';
import type { RecordingService } from './recording-service.js';
import { startRecordingService } from './recording-service.js';
import type { CommandResult } from './run-command.js';
import { runCommand } from './run-command.js';

const T0 = Date.UTC(2026, 10, 20);
const at = (minute: number): string => new Date(T0 + minute * 60_000).toISOString();
const ndjson = (...records: object[]): string =>
  records.map((record) => `${JSON.stringify(record)}\n`).join('');

let service: RecordingService;
let folder: string;
const environment = { ...process.env };

beforeEach(async () => {
  service = await startRecordingService();
  folder = await mkdtemp(join(tmpdir(), 'throughline-replay-'));
  process.env['THROUGHLINE_URL'] = service.url;
  process.env['THROUGHLINE_API_KEY'] = 'secret';
});

afterEach(async () => {
  process.env = { ...environment };
  await service.close();
  await rm(folder, { recursive: true, force: true });
});

const put = (name: string, content: string | Buffer): Promise<void> =>
  writeFile(join(folder, name), content);
const run = (...args: string[]): Promise<CommandResult> =>
  runCommand(registerReplay, ['replay', folder, ...args]);

/** What was sent, request by request: the path's last part and the ids. */
const story = (): string[] =>
  service.requests
    .filter(({ path }) => path !== '/v1/backfill/end')
    .map(({ path, items }) => {
      const names = items.map(({ id, key, asOf }) => String(id ?? key ?? asOf));
      return `${path.replace('/v1/', '')} ${names.join(' ')}`.trim();
    });

async function aHistory(): Promise<void> {
  await put('journeys.json', JSON.stringify([{ key: 'shop' }, { key: 'late', receivedAt: at(3) }]));
  await put(
    'events.ndjson',
    ndjson(
      { id: 'e1', receivedAt: at(1) },
      // Out of order by one line.
      { id: 'e3', receivedAt: at(3) },
      { id: 'e2', receivedAt: at(2) },
      { id: 'e5', receivedAt: at(5) },
    ),
  );
  await put(
    'anomalies.ndjson.gz',
    gzipSync(
      ndjson(
        { id: 'a3', receivedAt: at(3) },
        { id: 'b3', receivedAt: at(3) },
        { id: 'a3', endedAt: at(4), receivedAt: at(4) },
      ),
    ),
  );
  await put('changes.ndjson', ndjson({ id: 'c3', receivedAt: at(3) }));
  await put('incidents.ndjson', ndjson({ id: 'i3', receivedAt: at(3) }));
  await put('outcomes.ndjson', ndjson({ id: 'o3', receivedAt: at(3) }));
  await put('retrospectives.ndjson', ndjson({ id: 'r3', receivedAt: at(3) }));
}

describe('throughline replay', () => {
  it('sends everything in the order in which it became known', async () => {
    await aHistory();
    const { status, err } = await run();
    expect(err).toBe('');
    expect(status).toBe(0);
    expect(story()).toEqual([
      'journeys shop',
      'events e1 e2',
      'journeys late',
      // Events go ahead of what else became known meanwhile.
      'events e3 e5',
      'changes c3',
      'incidents i3',
      'anomalies a3 b3',
      'outcomes o3',
      'retrospectives r3',
      // The revision of an anomaly never shares a request with the anomaly.
      'anomalies a3',
    ]);
    // The history is in.
    expect(service.requests.at(-1)?.path).toBe('/v1/backfill/end');
    const [, events] = service.requests;
    expect(events).toMatchObject({ type: 'application/x-ndjson', authorization: 'Bearer secret' });
    expect(events?.items[0]).toEqual({ id: 'e1', receivedAt: at(1) });
  });

  it('cuts to --from and --until, both included', async () => {
    await aHistory();
    await run('--from', at(4), '--until', at(5));
    expect(story()).toEqual(['journeys shop', 'events e5', 'anomalies a3']);
    service.requests.length = 0;
    await run('--until', '2026-11-20T00:02:00Z');
    expect(story()).toEqual(['journeys shop', 'events e1 e2']);
  });

  it('trains once everything known by then is in, and waits for the end', async () => {
    await aHistory();
    let polls = 0;
    service.answer = ({ method, path }) => {
      if (method === 'POST' && path === '/v1/training-runs') {
        return { status: 202, body: { id: 'run-1', state: 'queued' } };
      }
      if (path !== '/v1/training-runs/run-1') return undefined;
      polls += 1;
      const gate = { verdict: 'promoted', reason: 'better', episodes: 120, failures: 40 };
      return {
        status: 200,
        body: polls % 2 === 0 ? { state: 'promoted', model: 'm.1', gate } : { state: 'running' },
      };
    };
    const { status, out } = await run('--train-at', `${at(9)},${at(3)}`);
    expect(status).toBe(0);
    expect(story().slice(-9)).toEqual([
      'retrospectives r3',
      `training-runs ${at(3)}`,
      'training-runs/run-1',
      'training-runs/run-1',
      'events e5',
      'anomalies a3',
      `training-runs ${at(9)}`,
      'training-runs/run-1',
      'training-runs/run-1',
    ]);
    expect(out).toContain(
      `training as of ${at(3)}: promoted m.1 (120 episodes, 40 failures): better\n`,
    );
  });

  it('fails when a training fails, not when it promotes nothing', async () => {
    await aHistory();
    let state = 'insufficient-data';
    service.answer = ({ path }) =>
      path.startsWith('/v1/training-runs')
        ? { status: 202, body: { id: 'r', state, reason: 'too few' } }
        : undefined;
    const kept = await run('--train-at', at(3));
    expect(kept.status).toBe(0);
    expect(kept.out).toContain(`training as of ${at(3)}: insufficient-data: too few\n`);
    state = 'failed';
    expect((await run('--train-at', at(3))).status).toBe(1);
  });

  it('writes the answer of each anomaly', async () => {
    await aHistory();
    const path = join(folder, 'predictions.out');
    await run('--predictions', path);
    const lines = (await readFile(path, 'utf8')).trim().split('\n');
    expect(lines.map((line): unknown => JSON.parse(line))).toEqual(
      [
        ['a3', at(3)],
        ['b3', at(3)],
        ['a3', at(4)],
      ].map(([anomalyId, receivedAt]) => ({
        anomalyId,
        receivedAt,
        status: 'stored',
        predictions: [{ anomalyId, probability: 0.5 }],
      })),
    );
  });

  it('tells a rejected line by file and line, and goes on', async () => {
    await put(
      'events.ndjson',
      ['{"id":"e1"}', '{"id":', ndjson({ id: 'e3', receivedAt: at(1) })].join('\n') +
        ndjson({ id: 'e4', receivedAt: 'soon' }, { id: 'e5', receivedAt: at(2) }),
    );
    service.answer = () => {
      const why = { code: 'conflict', pointer: '/id', detail: 'is known with other content' };
      return {
        status: 207,
        body: { accepted: 1, duplicates: 0, rejected: [{ index: 1, ...why }] },
      };
    };
    const { status, err, out } = await run();
    expect(status).toBe(1);
    const path = join(folder, 'events.ndjson');
    expect(err.split('\n')).toEqual([
      `${path}:1: required /receivedAt is missing`,
      `${path}:2: bad-json is not JSON`,
      `${path}:4: bad-time /receivedAt is not a time`,
      `${path}:5: conflict /id is known with other content`,
      '',
    ]);
    expect(out).toContain('events: 1 accepted, 0 duplicates, 1 rejected\n');
  });

  it('sums up as JSON', async () => {
    await aHistory();
    const { out } = await run('--json');
    expect(JSON.parse(out)).toMatchObject({
      counts: {
        events: { sent: 4, accepted: 4, duplicates: 0, rejected: 0 },
        anomalies: { sent: 3, accepted: 3 },
      },
      rejected: [],
      trainings: [],
      outOfOrder: 0,
      reached: at(5),
    });
  });

  it('says how far it came when the service refuses', async () => {
    await aHistory();
    service.answer = ({ path }) =>
      path === '/v1/anomalies'
        ? { status: 403, body: { title: 'Forbidden', detail: 'scope backfill is missing' } }
        : undefined;
    const { status, err } = await run();
    expect(status).toBe(1);
    expect(err).toBe(
      `stopped: the service answered 403: Forbidden: scope backfill is missing; go on with --from ${at(3)}\n`,
    );
  });

  it('refuses wrong usage with status 2 and sends nothing', async () => {
    const wrong: [string[], RegExp][] = [[[], /holds no journeys.json/]];
    for (const [args, message] of wrong) {
      const { status, err } = await run(...args);
      expect(err).toMatch(message);
      expect(status).toBe(2);
    }
    await aHistory();
    const later: [string[], RegExp][] = [
      [['--from', 'soon'], /--from soon: not a time/],
      [['--from', at(3), '--until', at(2)], /--from lies after --until/],
      [['--until', at(2), '--train-at', at(3)], /--train-at lies after --until/],
      [['--predictions', join(folder, 'none', 'x')], /cannot write/],
    ];
    for (const [args, message] of later) {
      const { status, err } = await run(...args);
      expect(err).toMatch(message);
      expect(status).toBe(2);
    }
    expect(service.requests).toEqual([]);
  });
});

describe('replaySteps', () => {
  async function* one<T>(items: T): AsyncGenerator<T> {
    await Promise.resolve();
    yield items;
  }

  const fileOf = (kind: 'events' | 'anomalies', minutes: readonly number[]): ReplayFile => {
    const items = minutes.map((minute, index) => ({
      line: index + 1,
      text: JSON.stringify({ id: `${kind}-${index}`, receivedAt: at(minute) }),
    }));
    return new ReplayFile({ kind, file: kind, items: one(items) });
  };

  it('keeps every record, in order, and trains between the right ones', async () => {
    const minutes = fc.array(fc.nat(50), { maxLength: 40 });
    await fc.assert(
      fc.asyncProperty(minutes, minutes, fc.nat(50), async (events, anomalies, training) => {
        const files = [fileOf('anomalies', anomalies), fileOf('events', events)];
        const trainAt = T0 + training * 60_000;
        const plan = { from: -Infinity, until: Infinity, trainAt: [trainAt] };
        const seen: { time: number; rank: number }[] = [];
        let trained = 0;
        for await (const step of replaySteps(files, plan)) {
          if ('trainAt' in step) {
            trained += 1;
            expect(seen.every(({ time }) => time <= trainAt)).toBe(true);
            continue;
          }
          for (const record of step.records) {
            expect(record.kind).toBe(step.send);
            if (trained === 0) expect(record.at).toBeLessThanOrEqual(trainAt);
            else expect(record.at).toBeGreaterThan(trainAt);
            seen.push({ time: record.at, rank: step.send === 'events' ? 0 : 1 });
          }
        }
        expect(trained).toBe(1);
        expect(seen).toHaveLength(events.length + anomalies.length);
        // Each kind keeps its order, and no anomaly comes before an event that was known by then.
        for (const rank of [0, 1]) {
          const own = seen.filter((one) => one.rank === rank).map(({ time }) => time);
          expect(own).toEqual(own.toSorted((a, b) => a - b));
        }
        seen.forEach(({ time, rank }, i) => {
          const later = seen.slice(i).filter((one) => one.rank === 0);
          if (rank === 1) expect(later.every((event) => event.time > time)).toBe(true);
        });
      }),
    );
  });
});
