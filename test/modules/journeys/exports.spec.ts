import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { DuckDBInstance } from '@duckdb/node-api';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import type { Body } from '../../builders/bodies.js';
import { aJourney, anEvent } from '../../builders/bodies.js';
import { RunningApi } from '../../builders/running-api.js';

const at = (time: string): string => `2025-04-01T${time}:00Z`;
const RANGE = `from=${at('10:00')}&to=${at('12:00')}`;

describe('tables of a journey', () => {
  let api: RunningApi;
  let folder: string;

  beforeAll(async () => {
    api = await RunningApi.start();
    folder = await mkdtemp(join(tmpdir(), 'throughline-tables-'));
    await api.post('/v1/journeys', aJourney());
    const event = (actor: string, name: string, time: string, more: Body = {}): Body =>
      anEvent({ actor, event: name, occurredAt: at(time), ...more });
    const mobile = { segment: 'mobile' };
    await api.post('/v1/events', [
      event('ann', 'cart', '10:00', { ...mobile, satisfaction: { scale: 'nps', score: 9 } }),
      event('ann', 'pay', '10:10', mobile),
      event('ann', 'done', '10:20', mobile),
      event('bob', 'cart', '10:05'),
      event('bob', 'pay', '10:35'),
      event('cleo', 'cart', '11:00', mobile),
      event('dan', 'cart', '11:30'),
      event('dan', 'done', '11:31'),
    ]);
  });
  afterAll(async () => {
    await api.stop();
    await rm(folder, { recursive: true });
  });

  const table = async (path: string): Promise<string[][]> => {
    const { status, text, headers } = await api.get(path);
    expect([status, headers.get('content-type')]).toEqual([
      200,
      expect.stringContaining('text/csv'),
    ]);
    return text
      .trim()
      .split('\r\n')
      .map((line) => line.split(','));
  };

  /** What DuckDB reads of a Parquet answer. */
  async function parquet(path: string): Promise<unknown[][]> {
    const answer = await fetch(`${api.url}${path}`, {
      headers: { authorization: `Bearer ${await api.keyOf('read')}` },
    });
    expect(answer.headers.get('content-type')).toBe('application/vnd.apache.parquet');
    const file = join(folder, 'answer.parquet');
    await writeFile(file, Buffer.from(await answer.arrayBuffer()));
    const instance = await DuckDBInstance.create(':memory:');
    const connection = await instance.connect();
    try {
      const found = await connection.runAndReadAll(`SELECT columns(*)::VARCHAR FROM '${file}'`);
      return found.getRows();
    } finally {
      connection.closeSync();
      instance.closeSync();
    }
  }

  it('hold what the metrics say, as CSV and as Parquet', async () => {
    const path = `/v1/journeys/checkout/metrics?${RANGE}&segment=mobile`;
    const [head = [], ...rows] = await table(`${path}&format=csv`);
    expect(rows).toHaveLength(6);
    const cell = (row: number, name: string): string | undefined => rows[row]?.[head.indexOf(name)];
    expect([cell(0, 'stage'), cell(0, 'bucketStart'), cell(0, 'segment')]).toEqual([
      'cart',
      '2025-04-01T10:00:00.000Z',
      'mobile',
    ]);
    expect([cell(0, 'matureEntered'), cell(0, 'conversionRate')]).toEqual(['1', '1']);
    expect([cell(0, 'npsScore'), cell(0, 'csatMean'), cell(0, 'secondsMean')]).toEqual([
      '100',
      '',
      '600',
    ]);
    const stored = await parquet(`${path}&format=parquet`);
    expect(stored).toHaveLength(6);
    expect(Number(stored[0]?.[head.indexOf('secondsMean')])).toBe(600);
    expect(stored[0]?.[head.indexOf('csatMean')]).toBeNull();
  });

  it('hold what the funnel says', async () => {
    const path = `/v1/journeys/checkout/funnel?${RANGE}`;
    const { body } = await api.get(path);
    const steps = body['steps'] as { event: string; stage: string; reached: number }[];
    const named = ['cart cart', 'payment pay', 'done done'];
    expect(steps.map(({ stage, event }) => `${stage} ${event}`)).toEqual(named);
    const [head = [], ...rows] = await table(`${path}&format=csv`);
    expect(
      rows.map((row) => [row[head.indexOf('event')], Number(row[head.indexOf('reached')])]),
    ).toEqual(steps.map(({ event, reached }) => [event, reached]));
    expect(rows.map((row) => row[head.indexOf('stage')])).toEqual(steps.map(({ stage }) => stage));
    expect(await parquet(`${path}&format=parquet`)).toHaveLength(steps.length);
  });

  it('tell the time to value with those who never got there', async () => {
    const path = `/v1/journeys/checkout/time-to-value?${RANGE}`;
    const { body } = await api.get(path);
    // Of four attempts one got to the end, after 20 minutes, while all four were still in sight.
    expect(body).toMatchObject({ stage: 'done', attempts: 4, reached: 1 });
    expect(body['curve']).toMatchObject([{ seconds: 1200, share: 0.25 }]);
    expect(body['secondsToReach']).toMatchObject({ 0.25: 1200, 0.5: null });
    const pay = await api.get(`${path}&stage=payment`);
    expect(pay.body).toMatchObject({ attempts: 4, reached: 2, secondsToReach: { 0.5: 1800 } });
    const mobile = await api.get(`${path}&stage=payment&segment=mobile`);
    expect(mobile.body).toMatchObject({ attempts: 2, reached: 1, secondsToReach: { 0.5: 600 } });
    expect((await api.get(`${path}&stage=nowhere`)).status).toBe(404);
  });

  it('are refused in a format that there is not', async () => {
    const answer = await api.get(`/v1/journeys/checkout/funnel?format=xlsx`);
    expect(answer.status).toBe(400);
    expect(answer.body['errors']).toMatchObject([{ pointer: '/format' }]);
  });
});
