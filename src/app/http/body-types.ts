import type { FastifyInstance } from 'fastify';

import { Problem } from '../../core/errors/problem.js';

const JSON_TYPE = /^application\/(?:[\w.-]+\+)?json$/;
export const NDJSON_TYPE = 'application/x-ndjson';

/** The one place that reads a stream of lines. */
const TAKES_NDJSON = /^\/v1\/events(?:\?|$)/;

/** Refuses with 415 what no controller reads: other media types, and bodies that are packed. */
export function limitBodyTypes(server: FastifyInstance): void {
  server.addHook('onRequest', (request, reply, done) => {
    const { 'content-type': type, 'content-encoding': encoding = 'identity' } = request.headers;
    const media = type?.split(';')[0]?.trim().toLowerCase();
    const isTaken =
      media === undefined ||
      JSON_TYPE.test(media) ||
      (media === NDJSON_TYPE && TAKES_NDJSON.test(request.url));
    if (!isTaken) {
      done(new Problem(415, 'unsupported-media-type', `${media} is not read here; send JSON`));
    } else if (encoding.toLowerCase() !== 'identity') {
      void reply.header('accept-encoding', 'identity');
      done(new Problem(415, 'unsupported-encoding', `bodies packed with ${encoding} are not read`));
    } else {
      done();
    }
  });
}
