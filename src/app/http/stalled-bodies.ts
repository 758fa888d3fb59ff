import type { FastifyInstance } from 'fastify';
import type { IncomingMessage, ServerResponse } from 'node:http';

import { Problem } from '../../core/errors/problem.js';
import { NDJSON_TYPE } from './body-types.js';
import { hangUp } from './problem-text.js';

/** How long a sender may take over a body, milliseconds. */
export interface BodyPatience {
  /** Without a byte, while we wait for one. */
  readonly silence: number;
  /** In all; a stream of lines may last as long as it goes on. */
  readonly whole: number;
}

const hasBody = ({ headers }: IncomingMessage): boolean =>
  headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;

/** Ends requests whose bodies stop coming: their senders are gone, and what they hold is others'. */
export function endStalledBodies(server: FastifyInstance, patience: BodyPatience): void {
  server.addHook('onRequest', ({ raw }, reply, done) => {
    if (hasBody(raw)) watch(raw, reply.raw, patience);
    done();
  });
}

function watch(request: IncomingMessage, response: ServerResponse, patience: BodyPatience): void {
  const { socket } = request;
  const isStream = request.headers['content-type']?.startsWith(NDJSON_TYPE) === true;
  const since = performance.now();
  let [bytes, heardAt] = [socket.bytesRead, since];
  const timer = setInterval(() => {
    const now = performance.now();
    // What lies here unread holds the sender back: that is our being slow.
    if (socket.bytesRead !== bytes || request.readableLength > 0) {
      [bytes, heardAt] = [socket.bytesRead, now];
    }
    if (request.complete) {
      clearInterval(timer);
    } else if (now - heardAt >= patience.silence || (!isStream && now - since >= patience.whole)) {
      clearInterval(timer);
      const detail = 'the body did not come in time';
      if (response.headersSent) socket.destroy();
      else hangUp(socket, new Problem(408, 'request-timeout', detail), request.url);
    }
  }, patience.silence / 4);
  timer.unref();
  request.once('close', () => {
    clearInterval(timer);
  });
}
