import type { FastifyInstance } from 'fastify';

import { Problem } from '../../core/errors/problem.js';

/** How many intake requests may be in hand at once; senders of more are asked to come back. */
const MOST_IN_HAND = 64;

const INTAKE =
  /^\/v1\/(events|actors|anomalies|ingest|changes|incidents|outcomes|stage-metrics|predictions)/;

/** Sheds intake load with 503 and Retry-After: senders such as Alertmanager retry only those. */
export function gateIntake(server: FastifyInstance): void {
  let inHand = 0;
  const counted = new WeakSet<object>();
  server.addHook('onRequest', (request, _reply, done) => {
    if (request.method !== 'POST' || !INTAKE.test(request.url)) {
      done();
    } else if (inHand >= MOST_IN_HAND) {
      done(new Problem(503, 'overloaded', 'too many requests at once', { retryAfterSeconds: 1 }));
    } else {
      inHand += 1;
      counted.add(request);
      done();
    }
  });
  const release = (request: object): void => {
    if (counted.delete(request)) inHand -= 1;
  };
  server.addHook('onResponse', (request, _reply, done) => {
    release(request);
    done();
  });
  server.addHook('onRequestAbort', (request, done) => {
    release(request);
    done();
  });
}
