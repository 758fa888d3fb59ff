import type { IncomingMessage } from 'node:http';
import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';

import { DomainError } from '../../core/errors/domain-error.js';
import type { Duration } from '../../core/telemetry/time.js';
import type { AddressGuard } from './address-guard.js';

/** Which servers are asked, and how much at most. */
export interface AskLimits {
  readonly guard: AddressGuard;
  /** 30 s where absent. */
  readonly timeout?: Duration;
  /** 64 MiB where absent. */
  readonly maxBytes?: number;
}

const MOST_BYTES = 64 * 1024 * 1024;

/**
 * The base address of a Prometheus server: http or https, no credentials, no forbidden address.
 *
 * @throws DomainError `bad-url`
 */
export function serverAddress(text: string, guard: AddressGuard): URL {
  const refuse = (detail: string): never => {
    throw new DomainError('bad-url', `the server's address ${detail}`);
  };
  if (!URL.canParse(text)) return refuse('is no URL');
  const url = new URL(text);
  if (url.protocol !== 'http:' && url.protocol !== 'https:') return refuse('is not http or https');
  if (url.username !== '' || url.password !== '') return refuse('holds credentials');
  guard.check(url);
  return url;
}

/** Opens a connection of its own, which nothing else was let through by, to a checked address. */
async function open(url: URL, timeout: Duration, guard: AddressGuard): Promise<IncomingMessage> {
  const request = url.protocol === 'https:' ? httpsRequest : httpRequest;
  return await new Promise((resolve, reject) => {
    const sent = request(url, {
      headers: { accept: 'application/json' },
      agent: false,
      lookup: guard.lookup,
      signal: AbortSignal.timeout(timeout),
    });
    sent.on('response', resolve).on('error', reject).end();
  });
}

async function read(response: IncomingMessage, maxBytes: number): Promise<string> {
  const decoder = new TextDecoder();
  let [text, bytes] = ['', 0];
  for await (const chunk of response as AsyncIterable<Uint8Array>) {
    bytes += chunk.length;
    if (bytes > maxBytes) {
      const most = `${maxBytes / 1024 / 1024} MiB`;
      throw new DomainError('answer-too-large', `the server answers with more than ${most}`);
    }
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}

function dataOf(text: string): unknown {
  let answer: unknown;
  try {
    answer = JSON.parse(text);
  } catch (cause) {
    throw new DomainError('not-prometheus', 'the server does not answer with JSON', { cause });
  }
  if (typeof answer === 'object' && answer !== null && 'data' in answer) return answer.data;
  throw new DomainError('not-prometheus', 'the server does not answer as Prometheus does');
}

/** Prometheus says what was wrong with a query; of any other server nothing is passed on. */
function refusal(status: number, text: string): DomainError {
  const said = /"errorType":"(bad_data|execution|timeout)","error":"((?:[^"\\]|\\.){1,300})/.exec(
    text,
  );
  const why = said === null ? '' : `: ${JSON.stringify(said[2] ?? '')}`;
  const isPassing = status >= 500 || status === 429;
  const detail = `the server refuses with status ${status}${why}`;
  return new DomainError('refused-by-server', detail, { retriable: isPassing });
}

function failureOf(cause: unknown, { host }: URL): DomainError {
  if (cause instanceof DomainError) return cause;
  const isLate = cause instanceof Error && cause.name === 'TimeoutError';
  const detail = `the server ${host} does not answer ${isLate ? 'in time' : 'or redirects'}`;
  return new DomainError('server-unreachable', detail, { cause, retriable: true });
}

/**
 * Asks a Prometheus server; redirects are not followed, names that resolve to a forbidden address refused.
 *
 * @param path below the base address, such as `api/v1/rules`.
 * @throws DomainError `bad-url`, `server-unreachable` (retriable), `refused-by-server`, `not-prometheus`, `answer-too-large`
 */
export async function askServer(
  server: URL,
  path: string,
  query: Readonly<Record<string, string>>,
  { guard, timeout = 30_000, maxBytes = MOST_BYTES }: AskLimits,
): Promise<unknown> {
  const url = new URL(server);
  url.pathname = `${server.pathname.replace(/\/$/, '')}/${path}`;
  url.search = new URLSearchParams(query).toString();
  try {
    const response = await open(url, timeout, guard);
    const { statusCode: status = 0 } = response;
    if (status >= 300 && status < 400) throw new Error('a redirect');
    const text = await read(response, maxBytes);
    if (status !== 200) throw refusal(status, text);
    return dataOf(text);
  } catch (cause) {
    throw failureOf(cause, server);
  }
}
