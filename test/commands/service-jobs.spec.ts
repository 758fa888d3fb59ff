import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';

import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';

import { registerBacktest } from '../../src/commands/backtest.js';
import { registerTrain } from '../../src/commands/train.js';
import type { RecordingService } from './recording-service.js';
import { startRecordingService } from './recording-service.js';
import { runCommand } from './run-command.js';

let service: RecordingService;
let folder: string;
const environment = { ...process.env };

beforeEach(async () => {
  service = await startRecordingService();
  folder = await mkdtemp(join(tmpdir(), 'throughline-jobs-'));
  process.env['THROUGHLINE_URL'] = service.url;
  process.env['THROUGHLINE_API_KEY'] = 'secret';
});

afterEach(async () => {
  process.env = { ...environment };
  await service.close();
  await rm(folder, { recursive: true, force: true });
});

describe('train', () => {
  /** A run that is seen once before it ends. */
  const ending = (state: object): void => {
    let looks = 0;
    service.answer = ({ method }) => {
      if (method === 'POST') return { status: 202, body: { id: 'run-1', state: 'queued' } };
      looks += 1;
      return { status: 200, body: looks === 1 ? { state: 'running', progress: 0.5 } : state };
    };
  };

  it('follows a run to its end and says what the gate saw', async () => {
    ending({
      state: 'kept',
      model: '2026-11-20.3',
      gate: { reason: 'not better', episodes: 300, failures: 40 },
    });
    const { status, out } = await runCommand(registerTrain, ['train']);
    expect(status).toBe(0);
    expect(out).toBe('training: kept 2026-11-20.3 (300 episodes, 40 failures): not better\n');
    expect(service.requests[0]).toMatchObject({ path: '/v1/training-runs', items: [{}] });
  });

  it('learns as of a time, prints JSON, and exits 1 where the run failed', async () => {
    ending({ state: 'failed', reason: 'disk full' });
    const asOf = '2026-11-20T00:00:00Z';
    const { status, out } = await runCommand(registerTrain, ['train', '--as-of', asOf, '--json']);
    expect(status).toBe(1);
    expect(JSON.parse(out)).toMatchObject({ asOf, id: 'run-1', state: 'failed' });
    expect(service.requests[0]?.items).toEqual([{ asOf }]);
  });

  it('exits 2 on a refusal', async () => {
    service.answer = () => ({ status: 403, body: { title: 'missing scope' } });
    const { status, err } = await runCommand(registerTrain, ['train']);
    expect(status).toBe(2);
    expect(err).toContain('the service answered 403: missing scope');
  });
});

describe('backtest', () => {
  const day = (date: number): string => `2026-11-${date}T10:00:00Z`;
  const answer = {
    ...{
      threshold: 0.02,
      pages: 2,
      pagesPerWeek: 1.5,
      caught: 1,
      missed: 1,
      cost: 42,
      notes: ['a note'],
    },
    episodes: [
      { startedAt: day(10), endedAt: day(11), failureIds: ['f-1'], labels: { host: 'a' } },
      { startedAt: day(12), endedAt: null, failureIds: [], labels: {} },
    ],
    missedFailures: [{ failureId: 'f-2', startedAt: day(13), endedAt: day(14), valueLost: 40 }],
  };

  it('sends the question as it is and shows episodes and missed failures', async () => {
    service.answer = () => ({ status: 200, body: answer });
    const file = join(folder, 'question.json');
    await writeFile(file, '{"journey":"checkout"}');
    const { status, out } = await runCommand(registerBacktest, ['backtest', file]);
    expect(status).toBe(0);
    expect(service.requests[0]?.items).toEqual([{ journey: 'checkout' }]);
    expect(out.split('\n')).toEqual([
      'threshold 0.02: 1.50 pages a week, 1 failures caught, 1 missed, cost 42.00',
      'a note',
      'episodes',
      `  ${day(10)}  to ${day(11)}  host=a  caught f-1`,
      `  ${day(12)}  to now  caught nothing`,
      'missed failures',
      `  ${day(13)}  to ${day(14)}  f-2, 40.00 lost`,
      '',
    ]);
  });

  it('reads the question from standard input, whatever that is', async () => {
    service.answer = () => ({ status: 200, body: answer });
    // A socket has no name: what is opened is the stream.
    const question = Readable.from(['{"journey":', '"checkout"}']) as typeof process.stdin;
    const stdin = jest.spyOn(process, 'stdin', 'get').mockReturnValue(question);
    try {
      expect((await runCommand(registerBacktest, ['backtest', '-'])).status).toBe(0);
    } finally {
      stdin.mockRestore();
    }
    expect(service.requests[0]?.items).toEqual([{ journey: 'checkout' }]);
  });

  it('says which file cannot be read', async () => {
    const { status, err } = await runCommand(registerBacktest, ['backtest', join(folder, 'none')]);
    expect(status).toBe(2);
    expect(err).toContain('cannot read');
    expect(service.requests).toHaveLength(0);
  });
});
