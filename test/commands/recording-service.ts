import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A request as it arrived; `items` are the lines or array members of its body. */
interface RecordedRequest {
  readonly method: string;
  readonly path: string;
  readonly authorization: string | undefined;
  readonly idempotencyKey: string | undefined;
  readonly type: string | undefined;
  readonly items: readonly Record<string, unknown>[];
}

interface Reply {
  readonly status: number;
  readonly body: unknown;
  readonly headers?: Record<string, string>;
}

/** A peer that speaks the contract: it takes everything, unless `answer` says otherwise. */
export interface RecordingService {
  readonly url: string;
  readonly requests: RecordedRequest[];
  answer: (request: RecordedRequest) => Reply | 'hang up' | undefined;
  readonly close: () => Promise<void>;
}

function itemsOf(type: string | undefined, text: string): Record<string, unknown>[] {
  if (text === '') return [];
  if (type === 'application/x-ndjson') {
    return text
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
  }
  const body = JSON.parse(text) as Record<string, unknown> | Record<string, unknown>[];
  return Array.isArray(body) ? body : [body];
}

function contractReply({ method, path, items }: RecordedRequest): Reply {
  if (path === '/v1/anomalies' && method === 'POST') {
    const results = items.map(({ id }, index) => ({
      index,
      anomalyId: id,
      status: 'stored',
      predictions: [{ anomalyId: id, probability: 0.5 }],
    }));
    return { status: 200, body: { results } };
  }
  if (path === '/v1/journeys') return { status: 201, body: { version: 1 } };
  return { status: 200, body: { accepted: items.length, duplicates: 0, rejected: [] } };
}

async function textOf(request: IncomingMessage): Promise<string> {
  let text = '';
  request.setEncoding('utf8');
  for await (const chunk of request) text += String(chunk);
  return text;
}

export async function startRecordingService(): Promise<RecordingService> {
  const requests: RecordedRequest[] = [];
  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { 'content-type': type, authorization, 'idempotency-key': key } = request.headers;
    const recorded: RecordedRequest = {
      method: request.method ?? '',
      path: request.url ?? '',
      authorization,
      idempotencyKey: typeof key === 'string' ? key : undefined,
      type,
      items: itemsOf(type, await textOf(request)),
    };
    requests.push(recorded);
    const reply = service.answer(recorded) ?? contractReply(recorded);
    if (reply === 'hang up') {
      response.socket?.destroy();
      return;
    }
    response.writeHead(reply.status, { 'content-type': 'application/json', ...reply.headers });
    response.end(typeof reply.body === 'string' ? reply.body : JSON.stringify(reply.body));
  };
  const server = createServer((request, response) => {
    void handle(request, response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const service: RecordingService = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    answer: () => undefined,
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
  return service;
}
