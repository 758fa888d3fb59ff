import { DomainError } from '../../core/errors/domain-error.js';
import type { Duration } from '../../core/telemetry/time.js';

/** How much is asked of a server at most. */
export interface AskLimits {
  readonly timeout: Duration;
  readonly maxBytes: number;
}

const LIMITS: AskLimits = { timeout: 30_000, maxBytes: 64 * 1024 * 1024 };

/** Addresses of cloud metadata services: nobody keeps a Prometheus there. */
const METADATA_HOST = /^(169\.254\.|\[?fe80:|\[?fd00:ec2:|metadata\.google\.internal$)/i;

/**
 * The base address of a Prometheus server: http or https, no credentials, no link-local host.
 *
 * @throws DomainError `bad-url`
 */
export function serverAddress(text: string): URL {
  const refuse = (detail: string): never => {
    throw new DomainError('bad-url', `the server's address ${detail}`);
  };
  if (!URL.canParse(text)) return refuse('is no URL');
  const url = new URL(text);
  if (url.protocol !== 'http:' && url.protocol !== 'https:') return refuse('is not http or https');
  if (url.username !== '' || url.password !== '') return refuse('holds credentials');
  if (METADATA_HOST.test(url.hostname)) return refuse('is a link-local or metadata host');
  return url;
}

async function read(response: Response, maxBytes: number): Promise<string> {
  if (response.body === null) return '';
  const decoder = new TextDecoder();
  let [text, bytes] = ['', 0];
  for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) {
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

/**
 * Asks a Prometheus server; redirects are not followed.
 *
 * @param path below the base address, such as `api/v1/rules`.
 * @throws DomainError `server-unreachable` (retriable), `refused-by-server`, `not-prometheus`, `answer-too-large`
 */
export async function askServer(
  server: URL,
  path: string,
  query: Readonly<Record<string, string>>,
  { timeout, maxBytes }: AskLimits = LIMITS,
): Promise<unknown> {
  const url = new URL(server);
  url.pathname = `${server.pathname.replace(/\/$/, '')}/${path}`;
  url.search = new URLSearchParams(query).toString();
  try {
    const response = await fetch(url, {
      headers: { accept: 'application/json' },
      redirect: 'error',
      signal: AbortSignal.timeout(timeout),
    });
    const text = await read(response, maxBytes);
    if (!response.ok) throw refusal(response.status, text);
    return dataOf(text);
  } catch (cause) {
    if (cause instanceof DomainError) throw cause;
    const why =
      cause instanceof Error && cause.name === 'TimeoutError' ? 'in time' : 'or redirects';
    const detail = `the server ${server.host} does not answer ${why}`;
    throw new DomainError('server-unreachable', detail, { cause, retriable: true });
  }
}
