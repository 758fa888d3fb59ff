import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

import { Problem } from '../../core/errors/problem.js';
import { problemOf } from './problem.filter.js';
import { hangUp, problemText } from './problem-text.js';

function parserProblem(code: string): Problem {
  switch (code) {
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return new Problem(408, 'request-timeout', 'the request did not come in time');
    case 'HPE_HEADER_OVERFLOW':
      return new Problem(431, 'headers-too-large', 'the headers are longer than 16 KiB together');
    case 'HPE_CHUNK_EXTENSIONS_OVERFLOW':
      return new Problem(413, 'body-too-large', 'the extensions of a chunk are too long');
    default:
      return new Problem(400, 'bad-request', 'this is not a request of HTTP/1.1');
  }
}

/** Answers what the parser of HTTP refuses as a problem, and hangs up. */
export function answerParserError({ code }: { readonly code: string }, socket: Socket): void {
  if (code !== 'ECONNRESET') hangUp(socket, parserProblem(code));
}

/** Answers an Expect header other than `100-continue` with 417, as a problem. */
export function refuseExpectations(server: Server): void {
  server.on('checkExpectation', ({ headers, url }, response) => {
    const detail = `nothing but 100-continue can be expected, not ${headers.expect}`;
    write(response, new Problem(417, 'expectation-failed', detail), url);
  });
}

/** Answers what the router cannot read, such as a path with half an escape, as a problem. */
export function answerRouterError(
  error: Error,
  { url }: FastifyRequest,
  { raw }: FastifyReply,
): void {
  write(raw, problemOf(error), url);
}

function write(response: ServerResponse, problem: Problem, url?: string): void {
  response.writeHead(problem.status, { 'content-type': 'application/problem+json' });
  response.end(problemText(problem, url));
}
