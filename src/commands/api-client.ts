import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { parseConfig } from '../app/config.js';

/** An answer of the service: its status and its body, read as JSON where it is JSON. */
export interface ApiAnswer {
  readonly status: number;
  readonly body: unknown;
}

/** What is sent: JSON, or lines of JSON. */
export interface ApiBody {
  readonly text: string;
  readonly type: 'application/json' | 'application/x-ndjson';
}

/** A value as a JSON body. */
export function jsonBody(value: unknown): ApiBody {
  return { text: JSON.stringify(value), type: 'application/json' };
}

/** The service refused or could not be reached; the message is one line for people. */
export class ApiError extends Error {
  readonly status: number | undefined;

  constructor(message: string, details: { status?: number; cause?: unknown } = {}) {
    super(message, { cause: details.cause });
    this.name = 'ApiError';
    this.status = details.status;
  }
}

/** Where the service is and how to be let in. */
export interface ApiAddress {
  readonly url: string;
  readonly key: string | undefined;
}

interface Reply {
  readonly answer: ApiAnswer;
  readonly retryAfter: string | null;
}

const MAX_TRIES = 8;
const MAX_WAIT_SECONDS = 60;
const SHED = new Set([429, 503]);
// A kept-alive connection may be closed by the other side just as it is used again.
const BROKEN_PIPE = new Set(['ECONNRESET', 'EPIPE', 'UND_ERR_SOCKET']);

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

/** A problem (RFC 9457) in one line: status, title, detail, and each wrong field. */
export function problemLine({ status, body }: ApiAnswer): string {
  if (!isRecord(body)) return `the service answered ${status}`;
  const errors = Array.isArray(body['errors']) ? body['errors'].filter(isRecord) : [];
  const detail = textOf(body['detail']);
  // The detail may tell of the first field itself.
  const fields = errors
    .map((error) => `${textOf(error['pointer'])} ${textOf(error['detail'])}`.trim())
    .filter((field) => !detail.includes(field));
  const words = [textOf(body['title']), detail, ...fields].filter(Boolean);
  return [`the service answered ${status}`, ...new Set(words)].join(': ').replaceAll(/\s+/g, ' ');
}

function codeOf(error: unknown): string {
  const cause = isRecord(error) ? error['cause'] : undefined;
  return isRecord(cause) ? textOf(cause['code']) : '';
}

/** Retry-After in seconds or as a date (RFC 9110), in milliseconds; a growing wait without it. */
function waitAfter(header: string | null, attempt: number): number {
  const seconds =
    header === null
      ? 2 ** (attempt - 2)
      : /^\d+$/.test(header)
        ? Number(header)
        : (Date.parse(header) - Date.now()) / 1000;
  return 1000 * Math.min(Math.max(Number.isNaN(seconds) ? 1 : seconds, 0), MAX_WAIT_SECONDS);
}

async function bodyOf(response: Response): Promise<unknown> {
  const text = await response.text();
  if (!(response.headers.get('content-type') ?? '').includes('json')) return text;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}

/** A client of the service's HTTP API on kept-alive connections. */
export class ApiClient {
  private readonly url: string;
  private readonly key: string | undefined;

  constructor({ url, key }: ApiAddress) {
    this.url = url.replace(/\/+$/, '');
    this.key = key;
  }

  /** Answers below 500 are given back as they are. @throws ApiError above, or out of reach. */
  async get(path: string): Promise<ApiAnswer> {
    return this.request(path, { method: 'GET', headers: this.headers({}) });
  }

  /** Sends again what was shed (503 with Retry-After, 429) or cut off; the key makes that safe. */
  async post(path: string, body: ApiBody, idempotencyKey?: string): Promise<ApiAnswer> {
    return this.send('POST', path, body, idempotencyKey);
  }

  async put(path: string, body: ApiBody): Promise<ApiAnswer> {
    return this.send('PUT', path, body);
  }

  private send(
    method: string,
    path: string,
    body: ApiBody,
    idempotencyKey?: string,
  ): Promise<ApiAnswer> {
    const once = idempotencyKey === undefined ? {} : { 'idempotency-key': idempotencyKey };
    const headers = this.headers({ 'content-type': body.type, ...once });
    return this.request(path, { method, headers, body: body.text });
  }

  private headers(more: Record<string, string>): Record<string, string> {
    const auth = this.key === undefined ? {} : { authorization: `Bearer ${this.key}` };
    return { accept: 'application/json, application/problem+json', ...auth, ...more };
  }

  private async request(path: string, init: RequestInit): Promise<ApiAnswer> {
    for (let attempt = 1; ; attempt += 1) {
      const reply = await this.fetchOnce(path, init, attempt);
      if (reply === null) continue;
      const { answer, retryAfter } = reply;
      if (SHED.has(answer.status) && attempt < MAX_TRIES) {
        await sleep(waitAfter(retryAfter, attempt));
        continue;
      }
      if (answer.status >= 500 || SHED.has(answer.status)) {
        throw new ApiError(problemLine(answer), { status: answer.status });
      }
      return answer;
    }
  }

  /** Null where the connection broke and the request should be sent again. */
  private async fetchOnce(path: string, init: RequestInit, attempt: number): Promise<Reply | null> {
    try {
      const response = await fetch(`${this.url}${path}`, init);
      const answer = { status: response.status, body: await bodyOf(response) };
      return { answer, retryAfter: response.headers.get('retry-after') };
    } catch (error) {
      const code = codeOf(error);
      if (BROKEN_PIPE.has(code) && attempt < 3) return null;
      const hint = code === 'ECONNREFUSED' ? '; is it running?' : '';
      const why = code === '' ? '' : ` (${code})`;
      throw new ApiError(`cannot reach the service at ${this.url}${why}${hint}`, { cause: error });
    }
  }
}

/** The body of a good answer. @throws ApiError where the service refused. */
export function expectOk(answer: ApiAnswer): unknown {
  if (answer.status >= 400) throw new ApiError(problemLine(answer), { status: answer.status });
  return answer.body;
}

async function keyFile(folder: string): Promise<string | undefined> {
  try {
    return (await readFile(join(folder, 'api-key'), 'utf8')).trim() || undefined;
  } catch {
    return undefined;
  }
}

/**
 * Where the service of this environment is: THROUGHLINE_URL (else HOST and PORT), and
 * the key of THROUGHLINE_API_KEY or of the file `api-key` in the data folder.
 */
export async function addressOf(env: NodeJS.ProcessEnv): Promise<ApiAddress> {
  const { url, apiKey, dataDir } = parseConfig(env);
  return { url, key: apiKey ?? (await keyFile(dataDir)) };
}
