import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

import { DuckDBInstance } from '@duckdb/node-api';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

import { registerImport } from '../../src/commands/import.js';
import type { RecordingService } from './recording-service.js';
import { startRecordingService } from './recording-service.js';
import type { CommandResult } from './run-command.js';
import { runCommand } from './run-command.js';

const BPI = '../shared/datasets/bpi2012_loan/loan_events.csv.gz';
const GCP = '../shared/datasets/gcp_ops_business/user_activity.csv';

let service: RecordingService;
let folder: string;
const environment = { ...process.env };

beforeEach(async () => {
  service = await startRecordingService();
  folder = await mkdtemp(join(tmpdir(), 'throughline-import-'));
  process.env['THROUGHLINE_URL'] = service.url;
  process.env['THROUGHLINE_API_KEY'] = 'secret';
});

afterEach(async () => {
  process.env = { ...environment };
  await service.close();
  await rm(folder, { recursive: true, force: true });
});

async function file(name: string, content: string | Buffer): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, content);
  return path;
}

const run = (...args: string[]): Promise<CommandResult> =>
  runCommand(registerImport, ['import', ...args]);

const sent = (path: string) =>
  service.requests.filter((request) => request.path === path).flatMap(({ items }) => items);

describe('throughline import', () => {
  it('maps CSV columns to event fields, by name and by flag', async () => {
    const csv = [
      'case,activity,when,segment,amount,code,note',
      '007,pay,2026-11-20 08:30:00,mobile,12.5,0042,"a ""b"", c"',
      '8,pay,2026-11-20T09:30:00.5+01:00,,1e3,true,"two',
      'lines"',
    ].join('\r\n');
    const flags = ['actor=case', 'event=activity', 'occurredAt=when', 'properties.amount=amount'];
    const result = await run(
      'events',
      await file('e.csv', `\uFEFF${csv}\r\n`),
      ...flags.flatMap((flag) => ['--map', flag]),
      ...['--map', 'properties.code=code', '--map', 'properties.note=note'],
      ...['--set', 'source=bank'],
    );
    expect(result).toEqual({
      status: 0,
      out: '2 accepted, 0 duplicates, 0 rejected\n',
      err: '',
    });
    const [request] = service.requests;
    expect(request).toMatchObject({
      method: 'POST',
      path: '/v1/events',
      authorization: 'Bearer secret',
      type: 'application/x-ndjson',
    });
    expect(request?.items).toEqual([
      {
        actor: '007',
        event: 'pay',
        occurredAt: '2026-11-20T08:30:00.000Z',
        segment: 'mobile',
        properties: { amount: 12.5, code: '0042', note: 'a "b", c' },
        source: 'bank',
      },
      {
        actor: '8',
        event: 'pay',
        occurredAt: '2026-11-20T08:30:00.500Z',
        // A number that would be written otherwise stays text.
        properties: { amount: '1e3', code: true, note: 'two\nlines' },
        source: 'bank',
      },
    ]);
  });

  it('tells each bad row by its line and keeps the good ones', async () => {
    const path = await file(
      'e.csv',
      [
        'actor,event,occurredAt',
        'a,pay,2026-11-20T08:30:00Z',
        '"b\nb",pay,2026-11-20T08:30:00Z',
        'c,pay',
        '',
        'd,pay,soon',
        'e,"pay"x,2026-11-20T08:30:00Z',
        '"f,pay,2026-11-20T08:30:00Z',
        'g,pay,2026-11-20T08:30:00Z',
      ].join('\n'),
    );
    service.answer = ({ items }) => {
      const index = items.findIndex(({ occurredAt }) => occurredAt === 'soon');
      const rejected = [
        { index, code: 'bad-time', pointer: '/occurredAt', detail: 'is not a time' },
      ];
      return { status: 207, body: { accepted: items.length - 1, duplicates: 0, rejected } };
    };
    const { status, out } = await run('events', path, '--json');
    expect(status).toBe(1);
    expect(JSON.parse(out)).toEqual({
      accepted: 3,
      duplicates: 0,
      rejected: [
        { line: 5, code: 'bad-row', pointer: '', detail: 'has 2 cells, the header has 3' },
        { line: 7, code: 'bad-time', pointer: '/occurredAt', detail: 'is not a time' },
        { line: 8, code: 'bad-row', pointer: '', detail: 'has text after a closing quote' },
        { line: 9, code: 'bad-row', pointer: '', detail: 'opens a quote that is never closed' },
      ],
    });
    expect(sent('/v1/events').map(({ actor }) => actor)).toEqual(['a', 'b\nb', 'd', 'g']);
    const text = await run('events', path);
    expect(text.err).toContain(`${path}:7: bad-time /occurredAt is not a time\n`);
  });

  it('sends NDJSON bodies as they are, unknown keys too, and names broken lines', async () => {
    const lines = [
      '{"id":"o1","journey":"shop","failure":null,"labels":"x","interval":[1,2]}',
      '{"id":"o2",',
      '[1]',
      '',
      '{"id":"o3","startedAt":"2026-11-20 08:30:00","note":"\u2028"}',
    ];
    const { out } = await run('outcomes', await file('o.ndjson', lines.join('\n')), '--json');
    expect(sent('/v1/outcomes')).toEqual([
      { id: 'o1', journey: 'shop', interval: [1, 2], labels: 'x' },
      { id: 'o3', startedAt: '2026-11-20T08:30:00.000Z', note: '\u2028' },
    ]);
    expect(JSON.parse(out)).toMatchObject({
      accepted: 2,
      rejected: [
        { line: 2, code: 'bad-json' },
        { line: 3, code: 'bad-row' },
      ],
    });
    expect(service.requests[0]?.idempotencyKey).toMatch(/^[0-9a-f-]{36}$/);
  });

  it('reads a JSON array over several lines and maps nested values', async () => {
    const json = `[ {"user": {"id": 7},\n "what": "a ] } \\" , b", "at": 1763627400},
      {"user": {"id": 8}, "what": "pay", "at": 1763627400500}\n]\n`;
    const flags = ['--map', 'actor=user.id', '--map', 'event=what', '--map', 'occurredAt=at'];
    const { status } = await run('events', await file('e.json', json), ...flags);
    expect(status).toBe(0);
    expect(sent('/v1/events')).toEqual([
      { actor: '7', event: 'a ] } " , b', occurredAt: '2025-11-20T08:30:00.000Z' },
      { actor: '8', event: 'pay', occurredAt: '2025-11-20T08:30:00.500Z' },
    ]);
  });

  it('reads Parquet with its types', async () => {
    const path = join(folder, 'm.parquet');
    const connection = await (await DuckDBInstance.create(':memory:')).connect();
    await connection.run(`copy (select 'shop' journey, 'pay' stage, '1h' bucket,
      timestamp '2026-11-20 08:00:00' as start, 100::bigint entered, 7::int converted)
      to '${path}' (format parquet)`);
    connection.closeSync();
    const { status } = await run('stage-metrics', path, '--map', 'bucketStart=start');
    expect(status).toBe(0);
    expect(sent('/v1/stage-metrics')).toEqual([
      {
        journey: 'shop',
        stage: 'pay',
        bucket: '1h',
        bucketStart: '2026-11-20T08:00:00.000Z',
        entered: 100,
        converted: 7,
      },
    ]);
  });

  it('sends journeys one by one, a known one as a new version', async () => {
    service.answer = ({ method, items }) => {
      if (method === 'PUT') return { status: 201, body: { version: 2 } };
      if (items[0]?.['key'] === 'same') return { status: 200, body: { version: 1 } };
      if (items[0]?.['key'] === 'old') return { status: 409, body: { detail: 'exists' } };
      if (items[0]?.['key'] !== 'bad') return undefined;
      const errors = [{ pointer: '/stages', code: 'required', detail: 'is missing' }];
      return { status: 422, body: { title: 'Invalid', errors } };
    };
    const yaml = '- key: new\n- key: old\n- key: bad\n- key: same\n';
    const { status, out } = await run('journeys', await file('j.yaml', yaml), '--json');
    expect(status).toBe(1);
    expect(JSON.parse(out)).toEqual({
      accepted: 2,
      duplicates: 1,
      rejected: [{ line: 3, code: 'required', pointer: '/stages', detail: 'is missing' }],
    });
    expect(service.requests.map(({ method, path }) => `${method} ${path}`)).toEqual([
      'POST /v1/journeys',
      'POST /v1/journeys',
      'PUT /v1/journeys/old',
      'POST /v1/journeys',
      'POST /v1/journeys',
    ]);
  });

  it('reads the per-item results of anomalies', async () => {
    service.answer = ({ items }) => ({
      status: 207,
      body: {
        results: items.map(({ id }, index) =>
          id === 'bad'
            ? { index, status: 'rejected', error: { code: 'x', pointer: '/id', detail: 'no' } }
            : { index, anomalyId: id, status: id === 'again' ? 'duplicate' : 'unmapped' },
        ),
      },
    });
    const csv = 'id,labels.service,value\na,pay,1\nagain,pay,2\nbad,pay,3\n';
    const { out } = await run('anomalies', await file('a.csv', csv), '--json');
    expect(JSON.parse(out)).toEqual({
      accepted: 1,
      duplicates: 1,
      rejected: [{ line: 4, code: 'x', pointer: '/id', detail: 'no' }],
    });
    expect(sent('/v1/anomalies')[0]).toEqual({ id: 'a', labels: { service: 'pay' }, value: 1 });
  });

  it('keeps equal rows apart with --id-from-line', async () => {
    const csv = 'actor,event,id\na,pay,\na,pay,\na,pay,own\n';
    await run('events', await file('e.csv', csv), '--id-from-line');
    expect(sent('/v1/events').map(({ id }) => id)).toEqual(['e.csv:2', 'e.csv:3', 'own']);
  });

  it('cuts batches at ten thousand events and five hundred metrics', async () => {
    const rows = Array.from({ length: 10_001 }, (_, i) => `a${i},pay`);
    await run('events', await file('e.csv.gz', gzipSync(['actor,event', ...rows].join('\n'))));
    expect(service.requests.map(({ items }) => items.length)).toEqual([10_000, 1]);
    service.requests.length = 0;
    const metrics = Array.from({ length: 501 }, () => '{"journey":"shop"}').join('\n');
    await run('stage-metrics', await file('m.jsonl', metrics));
    expect(service.requests.map(({ items }) => items.length)).toEqual([500, 1]);
  });

  it('refuses wrong usage with status 2 and sends nothing', async () => {
    const csv = await file('e.csv', 'actor,event\na,pay\n');
    const wrong: [string[], RegExp][] = [
      [['events', csv, '--map', 'actr=actor'], /no field actr; there are id, source, actor/],
      [['events', csv, '--map', 'actor=user'], /no column user; there are actor, event/],
      [['events', csv, '--map', 'actor'], /expected field=value/],
      [['events', csv, '--sql', 'selec 1'], /syntax error/i],
      [['events', join(folder, 'none.csv')], /cannot read/],
      [['events', await file('e.dat', 'x')], /--format csv\|ndjson\|json\|yaml\|parquet/],
      [['stage-metrics', csv, '--id-from-line'], /stage-metrics have no id/],
    ];
    for (const [args, message] of wrong) {
      const { status, err } = await run(...args);
      expect(err).toMatch(message);
      expect(status).toBe(2);
    }
    expect(service.requests).toEqual([]);
  });

  it('says what was taken when the service refuses the whole', async () => {
    service.answer = () =>
      service.requests.length === 1
        ? undefined
        : { status: 403, body: { title: 'Forbidden', detail: 'the key lacks the scope ingest' } };
    const rows = Array.from({ length: 501 }, (_, i) => `{"id":"c${i}"}`).join('\n');
    const { status, out, err } = await run('changes', await file('c.ndjson', rows));
    expect(status).toBe(1);
    expect(out).toBe('500 accepted, 0 duplicates, 0 rejected\n');
    expect(err).toContain('403: Forbidden: the key lacks the scope ingest');
  });

  (existsSync(GCP) ? it : it.skip)('projects a warehouse table with SQL', async () => {
    const { status } = await run(
      'stage-metrics',
      GCP,
      ...['--set', 'journey=shop', '--set', 'stage=visit', '--set', 'bucket=1h', '--sql'],
      `select timestamp as bucketStart, active_users as entered,
        round(active_users * conversion_rate_percent / 100)::bigint as converted
      from user_activity`,
    );
    expect(status).toBe(0);
    const metrics = sent('/v1/stage-metrics');
    expect(metrics).toHaveLength(721);
    // First row of the file: 3741 users, 1.58 %.
    expect(metrics[0]).toEqual({
      journey: 'shop',
      stage: 'visit',
      bucket: '1h',
      bucketStart: '2025-05-12T17:00:00.000Z',
      entered: 3741,
      converted: 59,
    });
  });

  (existsSync(BPI) ? it : it.skip)('sends every event of a real log, in order', async () => {
    const { status, out } = await run(
      'events',
      BPI,
      ...['--map', 'actor=case_id', '--map', 'event=activity', '--map', 'occurredAt=timestamp'],
      ...['--map', 'properties.lifecycle=lifecycle', '--map', 'properties.amount=amount_req'],
      '--json',
    );
    expect(status).toBe(0);
    expect(JSON.parse(out)).toEqual({ accepted: 262_200, duplicates: 0, rejected: [] });
    expect(service.requests).toHaveLength(27);
    const events = sent('/v1/events');
    expect(new Set(events.map(({ actor }) => actor)).size).toBe(13_087);
    expect(events[0]).toEqual({
      actor: '173688',
      event: 'A_SUBMITTED',
      occurredAt: '2011-09-30T22:38:44.546Z',
      properties: { lifecycle: 'COMPLETE', amount: 20000 },
    });
  });
});
