import type { FastifyInstance } from 'fastify';

import { Problem } from '../../core/errors/problem.js';
import type { KeyHolders } from './key-holders.js';

/** How many intake requests may be in hand at once; senders of more are asked to come back. */
const MOST_IN_HAND = 64;

const INTAKE =
  /^\/v1\/(events|actors|anomalies|ingest|changes|incidents|outcomes|stage-metrics|predictions)/;

/**
 * Asks for a known key before a body is read: a stranger's costs neither memory nor a place in the
 * gate. Whether the key may do what is asked is the guard's business.
 */
export function askForKeys(server: FastifyInstance, holders: KeyHolders): void {
  server.addHook('onRequest', async ({ method, headers, routeOptions }) => {
    const needsKey = method !== 'GET' && routeOptions.url?.startsWith('/v1/') === true;
    if (needsKey) await holders.callerOf(headers.authorization);
  });
}

/** Sheds intake load with 503 and Retry-After: senders such as Alertmanager retry only those. */
export function gateIntake(server: FastifyInstance): void {
  let inHand = 0;
  server.addHook('onRequest', ({ method, raw, routeOptions }, reply, done) => {
    const isIntake = method === 'POST' && INTAKE.test(routeOptions.url ?? '');
    // Of a sender who has hung up already no end would be heard.
    if (!isIntake || raw.socket.destroyed) {
      done();
    } else if (inHand >= MOST_IN_HAND) {
      done(new Problem(503, 'overloaded', 'too many requests at once', { retryAfterSeconds: 1 }));
    } else {
      inHand += 1;
      reply.raw.once('close', () => (inHand -= 1));
      done();
    }
  });
}
