import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { jest } from '@jest/globals';
import type { DataSource } from 'typeorm';

import { parseConfig } from '../../src/app/config.js';
import type { Patience } from '../../src/app/start-api.js';
import type { Scope } from '../../src/http/caller.js';
import { SCOPES } from '../../src/http/caller.js';
import { ensurePrior } from '../../src/loop/ensure-prior.js';
import { migrateQueue, queueConnection } from '../../src/queue/connection.js';
import { saveApiKey } from '../../src/storage/api-key.store.js';
import { openDataSource } from '../../src/storage/data-source.js';
import { createDatabase } from '../postgres/database.js';
import type { ApiDocument } from './declared-answers.js';
import { DeclaredAnswers } from './declared-answers.js';

// @fastify/static requires this ES module for downloads, which we have none of; Jest on Node 20 cannot.
jest.mock('content-disposition', () => ({ create: () => 'attachment' }));
const { createApi } = await import('../../src/app/start-api.js');
const { apiDocument } = await import('../../src/app/api-document.js');

/** What a JSON answer holds; tests say what they expect of it. */
export type Json = Readonly<Record<string, unknown>>;

/** An answer, its body read. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Json;
  readonly text: string;
}

/** How a request differs from one with the key of all scopes. */
export interface RequestOptions {
  /** null: no key. */
  readonly key?: string | null;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A service on a database of its own, reached through HTTP; each answer is held to openapi.json. */
export class RunningApi {
  private constructor(
    readonly url: string,
    /** The service's own connections. */
    readonly source: DataSource,
    private readonly parts: {
      readonly folder: string;
      readonly everything: string;
      readonly declared: DeclaredAnswers;
      readonly ends: readonly (() => Promise<unknown>)[];
    },
  ) {}

  /** The service's data folder. */
  get folder(): string {
    return this.parts.folder;
  }

  /**
   * @param through what the database's URL becomes for the service, so that a test can cut it off.
   * @param patience with senders who stall
   */
  static async start(
    through: (url: string) => string = (url) => url,
    patience?: Patience,
  ): Promise<RunningApi> {
    const database = await createDatabase();
    const folder = await mkdtemp(join(tmpdir(), 'throughline-api-'));
    const url = through(database.url);
    const source = await openDataSource(url);
    await migrateQueue(queueConnection(url));
    await ensurePrior(source, Date.now());
    const everything = await addKey(source, SCOPES);
    const config = parseConfig({ THROUGHLINE_DATA_DIR: folder, LOG_LEVEL: 'silent' });
    const { app, close } = await createApi(config, url, source, { ...(patience && { patience }) });
    await app.listen(0, '127.0.0.1');
    const address = app.getHttpServer().address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const ends = [close, () => database.drop(), () => rm(folder, { recursive: true })];
    const declared = new DeclaredAnswers(apiDocument(app) as unknown as ApiDocument);
    const parts = { folder, everything, declared, ends };
    return new RunningApi(`http://127.0.0.1:${port}`, source, parts);
  }

  async stop(): Promise<void> {
    for (const end of this.parts.ends) await end();
  }

  /** A new key with just these scopes. */
  async keyOf(...scopes: readonly Scope[]): Promise<string> {
    return await addKey(this.source, scopes);
  }

  async get(path: string, options?: RequestOptions): Promise<Answer> {
    return await this.request('GET', path, undefined, options);
  }

  async post(path: string, body: unknown, options?: RequestOptions): Promise<Answer> {
    return await this.request('POST', path, JSON.stringify(body), options);
  }

  /** Sends a body as it is, by default as NDJSON. */
  async stream(path: string, body: string | Uint8Array, options?: RequestOptions): Promise<Answer> {
    const headers = { 'content-type': 'application/x-ndjson', ...options?.headers };
    return await this.request('POST', path, body, { ...options, headers });
  }

  async request(
    method: string,
    path: string,
    body: string | Uint8Array | undefined,
    { key = this.parts.everything, headers }: RequestOptions = {},
  ): Promise<Answer> {
    const response = await fetch(`${this.url}${path}`, {
      method,
      headers: {
        ...(key === null ? {} : { authorization: `Bearer ${key}` }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body, duplex: 'half' }),
    });
    const text = await response.text();
    const isJson = /[/+]json\b/.test(response.headers.get('content-type') ?? '');
    const read = (isJson ? JSON.parse(text) : {}) as Json;
    const answer = { status: response.status, headers: response.headers, body: read, text };
    this.parts.declared.check(method, path, answer);
    return answer;
  }
}

async function addKey(source: DataSource, scopes: readonly Scope[]): Promise<string> {
  const secret = randomBytes(16).toString('hex');
  const name = `test ${scopes.join(' ')}`;
  await saveApiKey(source.manager, { secret, name, scopes, createdAt: new Date() });
  return secret;
}
