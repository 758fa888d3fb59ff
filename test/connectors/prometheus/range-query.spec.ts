import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

import { afterEach, describe, expect, it } from '@jest/globals';

import { AddressGuard } from '../../../src/connectors/prometheus/address-guard.js';
import { rulesOfServer } from '../../../src/connectors/prometheus/alert-rules.js';
import { askServer } from '../../../src/connectors/prometheus/ask-server.js';
import { queryRange } from '../../../src/connectors/prometheus/range-query.js';

type Answerer = (url: URL) => { status?: number; body?: unknown; headers?: Record<string, string> };

const GUARD = new AddressGuard();
const ends: (() => void)[] = [];

async function serve(answer: Answerer): Promise<string> {
  const server = createServer((request, response) => {
    const { status = 200, body, headers } = answer(new URL(request.url ?? '', 'http://x'));
    response.writeHead(status, headers);
    response.end(typeof body === 'string' ? body : JSON.stringify(body));
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  ends.push(() => server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

afterEach(() => {
  for (const end of ends.splice(0)) end();
});

const query = (url: string, steps: number): Parameters<typeof queryRange>[0] => ({
  ...{ url, query: 'x', from: 0, to: steps * 1000, step: 1000 },
});

describe('a range query', () => {
  it('is asked for in parts of 11,000 points, and put together by series', async () => {
    const asked: [number, number][] = [];
    const url = await serve(({ searchParams }) => {
      const [start, end] = [Number(searchParams.get('start')), Number(searchParams.get('end'))];
      asked.push([start, end]);
      const values = [
        [start, '1'],
        ...(start === 0
          ? [
              [1, 'NaN'],
              [2, '+Inf'],
            ]
          : []),
      ];
      const result = [{ metric: { __name__: 'x', pod: 'a' }, values }];
      return { body: { status: 'success', data: { resultType: 'matrix', result } } };
    });
    const [series] = await queryRange(query(url, 25_000), GUARD);
    expect(asked).toEqual([
      [0, 10_999],
      [11_000, 21_999],
      [22_000, 25_000],
    ]);
    expect(series).toEqual({
      labels: { pod: 'a' },
      history: {
        at: Float64Array.of(0, 1000, 2000, 11_000_000, 22_000_000),
        values: Float64Array.of(1, NaN, Infinity, 1, 1),
      },
    });
  });

  it('says what is wrong: no Prometheus, refusals, redirects, silence', async () => {
    const of = async (answer: Answerer): Promise<unknown> =>
      queryRange(query(await serve(answer), 10), GUARD).catch((error: unknown) => error);
    expect(await of(() => ({ body: '<html>' }))).toMatchObject({ code: 'not-prometheus' });
    expect(await of(() => ({ body: { data: 1 } }))).toMatchObject({ code: 'not-prometheus' });
    const bad = { status: 'error', errorType: 'bad_data', error: 'parse error' };
    expect(await of(() => ({ status: 400, body: bad }))).toMatchObject({
      code: 'refused-by-server',
      message: expect.stringContaining('parse error'),
    });
    const secret = await of(() => ({ status: 403, body: 'secret of another service' }));
    expect(secret).toMatchObject({ code: 'refused-by-server' });
    expect(String(secret)).not.toContain('secret');
    const moved = { status: 302, headers: { location: 'http://127.0.0.1:1/' }, body: '' };
    expect(await of(() => moved)).toMatchObject({ code: 'server-unreachable' });
    await expect(queryRange(query('http://127.0.0.1:1', 10), GUARD)).rejects.toMatchObject({
      code: 'server-unreachable',
    });
    await expect(queryRange(query('http://127.0.0.1:1', 0), GUARD)).rejects.toMatchObject({
      code: 'bad-range',
    });
  });

  it('reads no more than it was allowed to', async () => {
    const url = await serve(() => ({ body: 'x'.repeat(5000) }));
    const limits = { timeout: 5000, maxBytes: 1000 };
    await expect(
      askServer(new URL(url), 'api', {}, { guard: GUARD, ...limits }),
    ).rejects.toMatchObject({
      code: 'answer-too-large',
    });
  });
});

describe('the rules of a server', () => {
  it('are its alerting rules', async () => {
    const url = await serve(() => ({
      body: {
        status: 'success',
        data: {
          groups: [
            {
              name: 'g',
              rules: [
                { type: 'recording', name: 'r', query: 'x' },
                { type: 'alerting', name: 'a', query: 'x > 1', duration: 60, labels: { b: 'c' } },
                { type: 'alerting', name: 'n', query: 'x > y', duration: 0 },
              ],
            },
          ],
        },
      },
    }));
    expect(await rulesOfServer(url, GUARD)).toMatchObject({
      rules: [{ group: 'g', name: 'a', query: 'x', threshold: 1, for: 60_000 }],
      skipped: [{ name: 'n', code: 'two-series' }],
    });
  });
});
