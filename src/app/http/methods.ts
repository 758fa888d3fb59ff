import type { FastifyInstance } from 'fastify';

import { Problem } from '../../core/errors/problem.js';

interface Route {
  readonly pattern: RegExp;
  readonly method: string;
}

const literal = (text: string): string => text.replace(/[.+?^${}()|[\]\\]/g, '\\$&');

/** A route's path as the router matches it: `:name` is one part, `*` the rest. */
function patternOf(path: string): RegExp {
  const parts = path
    .split('/')
    .map((part) => (part.startsWith(':') ? '[^/]+' : literal(part).replaceAll('*', '.*')));
  return new RegExp(`^${parts.join('/')}$`);
}

/** Answers 405, with the methods that there are, where a path is known and its method is not. */
export function refuseOtherMethods(server: FastifyInstance): void {
  const routes: Route[] = [];
  server.addHook('onRoute', ({ method, url }) => {
    const methods = typeof method === 'string' ? [method] : method;
    routes.push(...methods.map((one) => ({ pattern: patternOf(url), method: one })));
  });
  server.addHook('onRequest', (request, reply, done) => {
    const path = request.url.split('?')[0] ?? '';
    const known = request.is404 ? routes.filter(({ pattern }) => pattern.test(path)) : [];
    if (known.length === 0) {
      done();
      return;
    }
    const allowed = [...new Set(known.map(({ method }) => method))].sort().join(', ');
    void reply.header('allow', allowed);
    done(new Problem(405, 'method-not-allowed', `${path} takes ${allowed}`));
  });
}
