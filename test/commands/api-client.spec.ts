import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

import { addressOf, ApiClient, expectOk, jsonBody } from '../../src/commands/api-client.js';
import type { RecordingService } from './recording-service.js';
import { startRecordingService } from './recording-service.js';

let service: RecordingService;

beforeEach(async () => {
  service = await startRecordingService();
});

afterEach(() => service.close());

const client = (): ApiClient => new ApiClient({ url: `${service.url}/`, key: 'secret' });

describe('ApiClient', () => {
  it('waits as long as Retry-After says and sends the same again', async () => {
    service.answer = () =>
      service.requests.length < 3
        ? {
            status: 503,
            body: {},
            headers: { 'retry-after': service.requests.length === 1 ? '0' : '1' },
          }
        : undefined;
    const start = performance.now();
    const answer = await client().post('/v1/changes', jsonBody([{ id: 'c' }]), 'once');
    expect(performance.now() - start).toBeGreaterThan(990);
    expect(answer).toEqual({ status: 200, body: { accepted: 1, duplicates: 0, rejected: [] } });
    expect(service.requests).toHaveLength(3);
    for (const request of service.requests) {
      expect(request).toMatchObject({
        method: 'POST',
        path: '/v1/changes',
        authorization: 'Bearer secret',
        idempotencyKey: 'once',
        items: [{ id: 'c' }],
      });
    }
  });

  it('says each thing that is wrong once', async () => {
    const errors = [
      { pointer: '/from', detail: 'is not a time' },
      { pointer: '/to', detail: 'lies before it' },
    ];
    const detail = 'the query is not as the contract has it: /from is not a time';
    service.answer = () => ({ status: 400, body: { title: 'Bad Request', detail, errors } });
    const answer = await client().get('/v1/reports/performance?from=NaN');
    expect(() => expectOk(answer)).toThrow(
      `the service answered 400: Bad Request: ${detail}: /to lies before it`,
    );
  });

  it('gives up on a service that keeps shedding', async () => {
    service.answer = () => ({
      status: 503,
      body: { title: 'Busy', detail: 'the queue\nis full' },
      headers: { 'retry-after': '0' },
    });
    await expect(client().get('/v1/models')).rejects.toMatchObject({
      name: 'ApiError',
      status: 503,
      message: 'the service answered 503: Busy: the queue is full',
    });
    expect(service.requests).toHaveLength(8);
  });

  it('sends again over a connection that was closed under it', async () => {
    service.answer = () => (service.requests.length === 1 ? 'hang up' : undefined);
    expect((await client().get('/v1/models')).status).toBe(200);
    expect(service.requests).toHaveLength(2);
  });

  it('does not send again what failed for good', async () => {
    service.answer = () => ({ status: 500, body: 'oops' });
    await expect(client().get('/x')).rejects.toThrow('the service answered 500');
    expect(service.requests).toHaveLength(1);
  });

  it('turns a problem into one line that names the wrong fields', async () => {
    service.answer = () => ({
      status: 422,
      headers: { 'content-type': 'application/problem+json' },
      body: {
        title: 'Invalid body',
        detail: 'two fields are wrong',
        errors: [
          { pointer: '/key', code: 'required', detail: 'is missing' },
          { pointer: '/stages/0/weight', code: 'out-of-range', detail: 'is above 1' },
        ],
      },
    });
    const answer = await client().get('/x');
    expect(() => expectOk(answer)).toThrow(
      'the service answered 422: Invalid body: two fields are wrong: /key is missing: /stages/0/weight is above 1',
    );
  });

  it('says where it looked when nobody answers', async () => {
    const nobody = new ApiClient({ url: 'http://127.0.0.1:9', key: undefined });
    await expect(nobody.get('/livez')).rejects.toThrow(/cannot reach the service at http:\/\/127/);
  });
});

describe('addressOf', () => {
  it('reads the environment, then the key in the data folder', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'throughline-key-'));
    await writeFile(join(folder, 'api-key'), 'from-file\n');
    const here = { THROUGHLINE_DATA_DIR: folder };
    expect(await addressOf(here)).toEqual({ url: 'http://127.0.0.1:3000', key: 'from-file' });
    const both = { ...here, THROUGHLINE_API_KEY: 'given', THROUGHLINE_URL: 'http://h:1' };
    expect(await addressOf(both)).toEqual({ url: 'http://h:1', key: 'given' });
    await rm(folder, { recursive: true });
    expect((await addressOf(here)).key).toBeUndefined();
    await expect(addressOf({ ...here, THROUGHLINE_URL: 'nowhere' })).rejects.toThrow(
      /THROUGHLINE_URL must be a URL/,
    );
  });

  it('finds a service that listens on another port', async () => {
    const { url } = await addressOf({ PORT: '3100' });
    expect(url).toBe('http://127.0.0.1:3100');
  });
});
