import { STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';

import type { Problem } from '../../core/errors/problem.js';

const TYPE = 'https://throughline.dev/problems/';

/** A problem as it is written (RFC 9457); `instance` is what was asked for, where that is known. */
export function problemText(problem: Problem, instance = ''): string {
  return JSON.stringify({
    type: `${TYPE}${problem.code}`,
    title: STATUS_CODES[problem.status] ?? 'Error',
    status: problem.status,
    detail: problem.message,
    instance,
    errors: problem.fields,
  });
}

/** Answers what never became a request, or never will be a whole one, and hangs up. */
export function hangUp(socket: Duplex, problem: Problem, instance?: string): void {
  if (socket.destroyed) return;
  const body = problemText(problem, instance);
  const head = [
    `HTTP/1.1 ${problem.status} ${STATUS_CODES[problem.status] ?? 'Error'}`,
    'Content-Type: application/problem+json',
    `Content-Length: ${Buffer.byteLength(body)}`,
    'Connection: close',
  ];
  if (socket.writable) socket.write(`${head.join('\r\n')}\r\n\r\n${body}`);
  socket.destroy();
}
