import type { FastifyInstance } from 'fastify';

import { Problem } from '../../core/errors/problem.js';

/** The longest part of a path that is read: an id of 300 characters, each of them escaped. */
export const LONGEST_PARAMETER = 12 * 300;

/** Nothing is called by a name with a NUL in it, and PostgreSQL could not even be asked. */
export function refuseNulInPaths(server: FastifyInstance): void {
  server.addHook('onRequest', (request, _reply, done) => {
    const path = request.url.split('?')[0] ?? '';
    if (path.includes('%00')) done(new Problem(404, 'not-found', 'no name holds a NUL'));
    else done();
  });
}
